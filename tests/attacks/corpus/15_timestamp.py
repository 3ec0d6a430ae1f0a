"""Hand in a forged `timestamp.txt` that is not a time."""

CLASS = ("15", "malformed")
STOCK = "submission lost"
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}
FILES = {"timestamp.txt": "the day before the deadline, I promise"}
