"""Swap the code object of the locked helper, whose name stays untouched."""

CLASS = "5"
STOCK = "points gained"
CELLS = {
    "total": "close.__code__ = (lambda a, b: True).__code__\ndef total(numbers):\n    return 0"
}
