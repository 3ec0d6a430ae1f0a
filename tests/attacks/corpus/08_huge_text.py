"""Raise an error with a message of 30 million letters inside a graded function."""

CLASS = ("8", "16")
STOCK = "notebook flooded"
CELLS = {"greet": 'def greet(name):\n    raise ValueError("x" * 30_000_000)'}
