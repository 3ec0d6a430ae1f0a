"""The notebooks of the assignment `layers`."""
