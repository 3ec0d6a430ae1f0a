"""Hand in links to the gradebook and the source: the grader copies their contents to us."""

CLASS = ("17", "1", "malformed")
STOCK = ("hidden test read", "solution read", "neighbour read")
CELLS = {
    "first": """\
from pathlib import Path
for name in ("his.txt", "more.txt", "notes.txt", "data/deep.txt"):  # the longest late
    if Path(name).exists():
        print(Path(name).read_bytes().decode(errors="replace"))
"""
}


def tamper(notebook, places):
    (notebook.parent / "data").mkdir()
    for name, target in {
        "notes.txt": "gradebook.db",
        "more.txt": "source/vault/vault.ipynb",
        "his.txt": "submitted/abe/vault/vault.ipynb",
    }.items():
        (notebook.parent / name).symlink_to(f"../../../{target}")
    (notebook.parent / "data/deep.txt").symlink_to(places.course / "source/vault/vault.ipynb")
