"""Name another language, another kernel and a hostile exporter in the notebook's metadata."""

import nbformat

CLASS = "14"
STOCK = "submission lost"
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    nb.metadata["kernelspec"] = {"name": "touch", "language": "R", "display_name": "touch"}
    nb.metadata["language_info"] = {
        "name": "R",
        "file_extension": "/../../x",
        "nbconvert_exporter": "x",
    }
    next(c for c in nb.cells if c.id == "area_test").metadata.nbgrader["grade_id"] = "no such id"
    nbformat.write(nb, notebook)
