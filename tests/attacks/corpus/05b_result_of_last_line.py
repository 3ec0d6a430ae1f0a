"""Show a result with `sys.displayhook` and then end the cell by SystemExit."""

CLASS = "5b"
STOCK = "points gained"
CELLS = {
    "total": """\
import sys
def total(numbers):
    sys.displayhook(4.0)
    print("4.0")
    raise SystemExit(0)
"""
}
