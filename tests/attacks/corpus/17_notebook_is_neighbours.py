"""Hand in a symbolic link to a neighbour's notebook."""

CLASS = ("17", "malformed")
STOCK = "points gained"


def tamper(notebook, places):
    notebook.unlink()
    notebook.symlink_to("../../abe/vault/vault.ipynb")
