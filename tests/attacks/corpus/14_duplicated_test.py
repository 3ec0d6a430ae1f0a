"""Hand in a test cell twice, the copy with a text of our own."""

import copy

import nbformat

CLASS = "14"
STOCK = "batch stopped"
ALONE = True
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = nbformat.read(notebook, as_version=4)
    for place, cell in enumerate(nb.cells):
        if cell.id == "area_test":
            twin = copy.deepcopy(cell)
            twin.id, twin.source = "twin", "2.0"
            nb.cells.insert(place + 1, twin)
            break
    nbformat.write(nb, notebook)
