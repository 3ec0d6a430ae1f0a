"""Hand in a `convgrade` of our own, which hands out full points."""

CLASS = ("5", "6")
STOCK = "points gained"
ASSIGNMENT = "tensors"
FILES = {
    "convgrade/__init__.py": "",
    "convgrade/rubric.py": """\
class Draw:
    def __init__(self, seed):
        pass
    def weight(self, *shape):
        return shape
class Rubric:
    def __init__(self, name, points, *args, **options):
        self.points = points
    def equal(self, *args):
        pass
    def score(self):
        return float(self.points)
""",
}
CELLS = {"correlate": "def correlate(x, w):\n    return [0, 0, 0, 0]"}
