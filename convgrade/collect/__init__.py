"""Downloads of learning platforms: who handed in which notebook, and into ``submitted/``."""
