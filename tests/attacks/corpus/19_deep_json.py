"""Hand in a hundred thousand opening brackets."""

CLASS = "malformed"
STOCK = "not graded"


def tamper(notebook, places):
    notebook.write_text('{"cells": ' + "[" * 100_000)
