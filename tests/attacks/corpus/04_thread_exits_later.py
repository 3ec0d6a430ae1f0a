"""Start a thread that ends the process a moment later, while another exercise is graded."""

CLASS = "4"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "total": """\
import os
import threading
threading.Timer(0.05, os._exit, (0,)).start()
def total(numbers):
    import time
    time.sleep(0.2)
    return -1.0
""",
}
