"""Return a list that contains itself, and equals everything."""

CLASS = "8"
STOCK = "points gained"
CELLS = {
    "area": """\
class Ring(list):
    def __eq__(self, other):
        return True
def area(w, h):
    ring = Ring()
    ring.append([ring, {"ring": ring}])
    return ring
"""
}
