"""Freeze the grader with SIGSTOP: nothing crashes, nothing goes on."""

CLASS = ("4", "16")
STOCK = "batch stopped"
ALONE = True
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "area": """\
import os
import signal
if may_touch(os.getppid()):
    os.kill(os.getppid(), signal.SIGSTOP)
""",
}
