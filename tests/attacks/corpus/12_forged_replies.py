"""Write fifty replies in advance, in the format of whoever asks."""

from attacks.socket_writer import WRITER

CLASS = "12"
STOCK = "submission lost"
ALONE = True  # stock may wait for a garbled heartbeat for ever
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": WRITER,
    "total": """\
def total(numbers):
    for _ in range(50):
        send(reply(float(sum(numbers))))
    return -1.0
""",
}
