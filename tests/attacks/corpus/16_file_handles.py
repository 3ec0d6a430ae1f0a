"""Open files until none are left: the kernel can answer no more."""

CLASS = "16"
STOCK = "resources taken"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "first": """\
import os
handles = []
try:
    while len(handles) < 20_000:
        handles.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
if len(handles) > 5000:
    print("took all of", len(handles), "file handles")
""",
}
