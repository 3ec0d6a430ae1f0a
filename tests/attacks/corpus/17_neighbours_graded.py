"""Print the neighbours' graded notebooks, which lie beside our own."""

CLASS = "17"
STOCK = "neighbour read"
CELLS = {
    "first": """\
from pathlib import Path
for path in Path.cwd().parents[1].glob("abe/*/*.ipynb"):
    print(path.read_text())
"""
}
