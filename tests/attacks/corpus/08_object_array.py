"""Give an array of objects that equal everything."""

CLASS = ("8", "7")
STOCK = "points gained"
CELLS = {
    "table": """\
class Yes:
    def __eq__(self, other):
        return True
table = np.array([[Yes() for _ in range(4)] for _ in range(4)], dtype=object)
"""
}
