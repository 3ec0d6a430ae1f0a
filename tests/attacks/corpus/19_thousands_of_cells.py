"""Hand in twelve thousand further cells, each of which runs."""

import nbformat
from nbformat.v4 import new_code_cell

CLASS = ("malformed", "16")
STOCK = "waits"
ALONE = True
PATIENCE = 32


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    nb.cells[2:2] = [new_code_cell("1", id=f"more_{i}") for i in range(12_000)]
    nbformat.write(nb, notebook)
