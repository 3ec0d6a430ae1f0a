"""Return a generator-like object that never ends, and equals everything."""

CLASS = ("8", "16")
STOCK = "points gained"
CELLS = {
    "area": """\
class Endless(tuple):
    def __iter__(self):
        while True:
            yield 0
    def __len__(self):
        return 2**60
    def __eq__(self, other):
        return True
def area(w, h):
    return Endless()
"""
}
