"""Send SIGKILL to the kernel, as the system does when memory runs out."""

CLASS = ("4", "16")
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "table": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
}
