"""Announce a message of 2**63 bytes on the grader's socket."""

from attacks.socket_writer import WRITER

CLASS = ("12", "16")
STOCK = "submission lost"
ALONE = True
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": WRITER,
    "total": """\
def total(numbers):
    send(b"\\x7f" + b"\\xff" * 31)
    return -1.0
""",
}
