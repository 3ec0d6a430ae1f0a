"""Hand in a notebook in Latin-1."""

CLASS = "malformed"
STOCK = "not graded"
KEEPS = 0
CELLS = {"text": "Grüße"}


def tamper(notebook, places):
    notebook.write_bytes(notebook.read_text(encoding="utf-8").encode("latin-1"))
