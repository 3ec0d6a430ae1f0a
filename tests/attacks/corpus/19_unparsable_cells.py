"""Hand in cells that no parser reads: half a character, a NUL, brackets and signs without end."""

CLASS = ("malformed", "8")
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": "nothing = 'a\0b'",
    "golden": "golden = " + "(" * 5000,
    "total": "total = a" + ".b" * 20_000,
    "last": "HALF = " + "-" * 100_000 + "1",
}


def tamper(notebook, places):
    notebook.write_text(notebook.read_text().replace("HALF", "\\ud800"))
