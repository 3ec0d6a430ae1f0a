"""Write random bytes into the grader's socket during a call."""

from attacks.socket_writer import WRITER

CLASS = ("12", "4")
STOCK = "submission lost"
ALONE = True
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": WRITER,
    "total": """\
def total(numbers):
    send(bytes(range(256)) * 16)
    return -1.0
""",
}
