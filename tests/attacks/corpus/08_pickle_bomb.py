"""Return an object that runs code where it is unpickled, and equals everything elsewhere."""

CLASS = "8"
STOCK = "points gained"
CELLS = {
    "area": """\
class Bomb:
    def __reduce__(self):
        return exec, ("open('@OUTSIDE@/@MARK@', 'w').write('Boom.')",)
    def __eq__(self, other):
        return True
def area(w, h):
    return Bomb()
"""
}
