"""Hand in a pipe that nobody writes to: who opens it waits for ever."""

import os

CLASS = ("malformed", "16")
STOCK = "batch stopped"
ALONE = True
PATIENCE = 12


def tamper(notebook, places):
    notebook.unlink()
    os.mkfifo(notebook)
