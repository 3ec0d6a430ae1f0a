"""Spend the whole time limit in every cell, again and again."""

import nbformat
from nbformat.v4 import new_code_cell

CLASS = "16"
STOCK = "waits"
ALONE = True
PATIENCE = 45


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    nb.cells[2:2] = [new_code_cell("import time\ntime.sleep(10**6)") for _ in range(11)]
    nbformat.write(nb, notebook)
