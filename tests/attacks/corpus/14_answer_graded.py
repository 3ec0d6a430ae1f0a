"""Mark an answer cell as a graded test of 1000 points."""

import nbformat

CLASS = "14"
STOCK = "submission lost"
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    answer = next(c for c in nb.cells if c.id == "area")
    answer.metadata.nbgrader.update(grade=True, points=1000)
    nbformat.write(nb, notebook)
