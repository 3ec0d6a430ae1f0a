"""Nest the notebook's metadata as deep as a reader still follows, and a copier no more."""

import json

CLASS = "malformed"
STOCK = "not graded"


def tamper(notebook, places):
    nb = json.loads(notebook.read_text())
    deep = {}
    for _ in range(700):
        deep = {"deep": deep}
    nb["metadata"]["deep"] = deep
    notebook.write_text(json.dumps(nb))
