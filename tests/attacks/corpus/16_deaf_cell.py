"""Sleep for ever in a cell that ignores every interrupt."""

CLASS = "16"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": """\
import signal
import time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    time.sleep(1000)
""",
}
