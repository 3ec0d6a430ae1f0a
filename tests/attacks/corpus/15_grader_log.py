"""Write lines of our own into the log that the instructor reads during the grading."""

CLASS = "15"
STOCK = "log written"
CELLS = {
    "first": """\
import os
import sys
for stream in (sys.stdout, sys.stderr):
    copy = getattr(stream, "_original_stdstream_copy", None)
    if copy is not None:
        os.write(copy, b"\\n[AutogradeApp | INFO] @MARK@ has full points.\\n")
"""
}
