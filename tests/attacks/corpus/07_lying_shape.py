"""Give an object that has a shape and nothing in it."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "table": """\
class Table:
    shape = (4, 4)
    def __len__(self):
        return 4
    def __array__(self, dtype=None, copy=None):
        return np.zeros(1)
table = Table()
"""
}
