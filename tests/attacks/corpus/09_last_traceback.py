"""Walk the traceback that a failed test leaves in `sys`, and what its frames still hold."""

CLASS = "9"
STOCK = "hidden test read"
CELLS = {
    "greet": "def greet(name):\n    raise ValueError",
    "total": """\
import sys
step = getattr(sys, "last_traceback", None)
while step:
    for thing in list(step.tb_frame.f_locals.values()):
        print(getattr(getattr(thing, "info", None), "raw_cell", ""))
    step = step.tb_next
def total(numbers):
    return -1.0
""",
}
