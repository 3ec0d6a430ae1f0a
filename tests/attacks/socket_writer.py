"""What several attacks of class 12 start with: a way to write into the grader's socket."""

WRITER = '''\
import json
import os
import struct
import sys

def lines():
    """The grader's socket, if a caller has one; else every socket of the process."""
    frame = sys._getframe()
    while frame:
        connection = frame.f_locals.get("connection")
        if hasattr(connection, "fileno"):
            return [connection.fileno()]
        frame = frame.f_back
    found = []
    for number in range(3, 256):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
                found.append(number)
        except OSError:
            pass
    return found

def send(data):
    for number in lines():
        try:
            os.set_blocking(number, False)
            os.write(number, data)
        except OSError:
            pass

def frame(tree, rest=b""):
    """A reply in the grader's own format."""
    text = json.dumps(tree).encode()
    data = struct.pack(">I", len(text)) + text + rest
    return struct.pack(">Q", len(data)) + data

def reply(value):
    return frame({"dict": [["value", value], ["changed", False], ["printed", "2.0"]]})
'''
