"""Return a str that equals everything."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "greet": """\
class Text(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__
def greet(name):
    return Text("?")
"""
}
