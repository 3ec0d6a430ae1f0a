"""Start four hundred processes at once."""

CLASS = "16"
STOCK = ("resources taken", "process left")
CELLS = {
    "first": """\
import os
import time
children = []
for _ in range(400):
    child = os.fork()
    if child == 0:
        os.setsid()
        os.closerange(0, 256)
        os.execv("/bin/sh", ["sh", "-c", "sleep 300; : @MARK@"])
    children.append(child)
print("took all of 400 processes")
"""
}
