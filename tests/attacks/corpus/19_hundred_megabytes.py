"""Hand in a notebook with a text of 100 MB."""

CLASS = ("malformed", "16")
STOCK = "notebook flooded"


def tamper(notebook, places):
    text = notebook.read_text()
    notebook.write_text(text.replace("# The vault", "# The vault" + " very" * 20_000_000))
