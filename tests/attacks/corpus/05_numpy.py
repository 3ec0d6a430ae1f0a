"""Replace `np.array_equal` and `np.shape`."""

CLASS = "5"
STOCK = "points gained"
CELLS = {
    "table": """\
np.shape = lambda thing: (4, 4)
np.array_equal = lambda a, b: True
table = 0
"""
}
