"""Reply with parts that stand for others there are not, for themselves, or for too many."""

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
    many = {"list": []}
    for number in range(90):
        many = {"list": [many, {"same": number}]}
    for tree in (
        many,
        {"same": 0},
        {"list": [{"list": []}, {"same": 7}]},
        {"list": [{"list": [{"same": 0}]}]},
        {"same": "0"},
        {"same": -1},
    ):
        send(reply(tree))
    for places in ([[[], "0", []]], [[[], "0", [0, 0]]], [[[0], 0, []]], 7, [[[], "0"]]):
        said = [["value", {"list": []}], ["parts", {"list": [repr(places)]}]]
        send(frame({"dict": said}))
    return -1.0
""",
}
