"""Return an int that equals everything, so that `isinstance` is content too."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "area": """\
class Number(int):
    def __eq__(self, other):
        return True
    __hash__ = None
def area(w, h):
    return Number(0)
"""
}
