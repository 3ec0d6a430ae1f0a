"""Raise an error with a message of 30 million letters."""

CLASS = "16"
STOCK = "notebook flooded"
CELLS = {"first": 'raise ValueError("x" * 30_000_000)'}
