"""Give an array subclass that answers NumPy's questions itself."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "table": """\
class Table(np.ndarray):
    def __array_function__(self, function, types, args, options):
        return (4, 4) if function is np.shape else True
table = np.zeros(1).view(Table)
"""
}
