"""Return an object that remembers what it is compared with, and returns that next time."""

CLASS = ("9", "13")
STOCK = "points gained"
CELLS = {
    "greet": """\
seen = []
class Curious(str):
    def __eq__(self, other):
        seen.append(other)
        return True
    __hash__ = str.__hash__
def greet(name):
    return Curious(name)
""",
    "last": "print(seen)",
}
