"""Hand in a symbolic link to the source notebook."""

CLASS = ("17", "1", "malformed")
STOCK = "points gained"


def tamper(notebook, places):
    notebook.unlink()
    notebook.symlink_to(places.course / "source/vault/vault.ipynb")
