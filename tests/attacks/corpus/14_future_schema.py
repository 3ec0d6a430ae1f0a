"""Write a schema version of the future."""

import nbformat

CLASS = "14"
STOCK = "batch stopped"
ALONE = True
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    next(c for c in nb.cells if c.id == "area").metadata.nbgrader["schema_version"] = 99
    nbformat.write(nb, notebook)
