"""Read the notebook that is being graded: nbgrader has already put the hidden tests into it."""

CLASS = "1"
STOCK = "hidden test read"
CELLS = {
    "last": """\
from pathlib import Path
for path in Path.cwd().rglob("*.ipynb"):
    print(path.read_text())
"""
}
