"""Hand in a folder that is named like the notebook."""

CLASS = "malformed"
STOCK = "not graded"


def tamper(notebook, places):
    notebook.unlink()
    notebook.mkdir()
