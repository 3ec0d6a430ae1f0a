"""Read the source notebook, with its hidden tests and model solutions, from the course folder."""

CLASS = "1"
STOCK = ("hidden test read", "solution read")
CELLS = {
    "first": """\
from pathlib import Path
for path in Path("@COURSE@/source").rglob("*.ipynb"):
    print(path.read_text())
"""
}
