"""Define again the helper of a test that the course defines in an unmarked cell."""

CLASS = "5"
STOCK = "points gained"
CELLS = {
    "first": """\
def gap(a, b):
    return 0.0
"""
}
