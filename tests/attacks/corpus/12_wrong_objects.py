"""Reply with objects that are none: made-up numbers, functions to call, classes of other names."""

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
    for kept in (
        ["named", "os", "abort"],
        ["callback", 0],
        ["thing", 1, 1],
        ["class", 2**70],
        ["type", "eval"],
        ["member", 1, 1, "os", "abort"],
        ["function", -1, "function", "total"],
        {"handle": 1},
    ):
        send(reply({"kept": kept}))
    return -1.0
""",
}
