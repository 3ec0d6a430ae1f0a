"""Write an old schema version into one cell: nbgrader gives up on the whole batch."""

import nbformat

CLASS = "14"
STOCK = "batch stopped"
ALONE = True
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    next(c for c in nb.cells if c.id == "area").metadata.nbgrader["schema_version"] = 1
    nbformat.write(nb, notebook)
