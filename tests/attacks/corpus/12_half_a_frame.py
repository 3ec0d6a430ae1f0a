"""Write half a message into the grader's socket and stall."""

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
    import time
    send(reply(6)[:20])
    time.sleep(10**6)
""",
}
