"""Define the names that a test cell takes from the locked helpers."""

CLASS = ("5", "14")
STOCK = "points gained"
CELLS = {
    "first": """\
def close(a, b):
    return True
def same(a, b):
    return True
"""
}
