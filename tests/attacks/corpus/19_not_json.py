"""Hand in something that is not JSON."""

CLASS = "malformed"
STOCK = "not graded"


def tamper(notebook, places):
    notebook.write_text("My dog ate my notebook.")
