"""Send a datagram, as a query to a name server would be, from inside a graded function."""

CLASS = "2"
STOCK = "network reached"
CELLS = {
    "area": """\
def area(w, h):
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(f"@MARK@ {w} {h}".encode(), ("127.0.0.1", @PORT@))
    return -1
"""
}
