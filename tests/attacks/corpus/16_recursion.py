"""Recurse until the stack of the process is used up."""

CLASS = ("16", "4")
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "total": """\
import sys
class Deep:
    def __repr__(self):
        return repr(self)
    def __getattr__(self, name):
        return getattr(self, name + "x")
def total(numbers):
    sys.setrecursionlimit(10**9)
    return hasattr(Deep(), "a")
""",
}
