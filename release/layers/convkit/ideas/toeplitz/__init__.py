"""The notebooks of the assignment `toeplitz`."""
