"""Hand in a pipe beside the notebook, which the grader would copy for ever."""

import os

CLASS = ("malformed", "16")
STOCK = "not graded"
KEEPS = 2
ALONE = True
PATIENCE = 12
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    os.mkfifo(notebook.parent / "data.txt")
