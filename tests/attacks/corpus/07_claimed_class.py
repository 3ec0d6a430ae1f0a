"""Return an object that claims to be a float by its `__class__`."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "total": """\
class Number:
    __class__ = float
    def __sub__(self, other):
        return 0
def total(numbers):
    return Number()
"""
}
