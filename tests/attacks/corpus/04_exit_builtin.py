"""Call IPython's `exit()` in an answer cell."""

CLASS = "4"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "area": "exit()",
    "table": "import time\ntime.sleep(1)",
}
