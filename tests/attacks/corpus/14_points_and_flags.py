"""Raise the points to 1000 and call the test cells answers."""

import nbformat

CLASS = "14"
STOCK = "submission lost"
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.update(points=1000, solution=True, locked=False)
            cell.source = "1000"
    nbformat.write(nb, notebook)
