"""Return an object that equals everything."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "area": """\
class Yes:
    def __eq__(self, other):
        return True
def area(w, h):
    return Yes()
"""
}
