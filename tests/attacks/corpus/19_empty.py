"""Hand in an empty file."""

CLASS = "malformed"
STOCK = "not graded"


def tamper(notebook, places):
    notebook.write_bytes(b"")
