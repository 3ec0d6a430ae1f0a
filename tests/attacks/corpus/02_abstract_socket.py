"""Reach another process of the machine by an abstract Unix socket, which no file guards."""

CLASS = "2"
STOCK = "network reached"
CELLS = {
    "first": """\
import socket
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
    line.sendto(b"@MARK@", "\\0vault-@PORT@")
"""
}
