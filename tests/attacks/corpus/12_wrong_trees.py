"""Reply with trees that announce more data than there is, or kinds that do not exist."""

from attacks.socket_writer import WRITER

CLASS = ("12", "8")
STOCK = "submission lost"
ALONE = True  # stock may wait for a garbled heartbeat for ever
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": WRITER,
    "total": """\
def total(numbers):
    for tree in (
        {"array": ["float64", [2**31 - 1, 2**31 - 1]]},
        {"array": ["object", [1]]},
        {"tensor": ["float32", [-1], True]},
        {"bytes": -5},
        {"set": [{"list": []}]},
        {"int": "zz"},
        {"opaque": "os.system"},
        {"no such": 1},
        7,
    ):
        send(reply(tree))
    return -1.0
""",
}
