"""Hand in half a character, which JSON can hold and no file can."""

CLASS = "malformed"
STOCK = "submission lost"
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"', "text": "HALF"}


def tamper(notebook, places):
    notebook.write_text(notebook.read_text().replace("HALF", "\\ud800"))
