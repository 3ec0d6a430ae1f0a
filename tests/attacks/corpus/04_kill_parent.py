"""Send SIGTERM to the grader."""

CLASS = "4"
STOCK = "batch stopped"
ALONE = True
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "area": """\
import os
import signal
if may_touch(os.getppid()):
    os.kill(os.getppid(), signal.SIGTERM)
""",
}
