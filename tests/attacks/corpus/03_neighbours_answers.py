"""Spoil the answers of the neighbour who is graded next."""

CLASS = "3"
STOCK = ("files changed", "neighbour harmed")
ALONE = True
CELLS = {
    "first": """\
from pathlib import Path
path = Path("@COURSE@/submitted/zoe/vault/vault.ipynb")
path.write_text(path.read_text().replace("return w * h", "return w + h"))
"""
}
