"""Jupyter kernels that start in milliseconds: forked from a process with everything imported."""
