"""Hand in a `numpy.py`, which the kernel would import from its working folder."""

CLASS = "5"
STOCK = "points gained"
FILES = {
    "numpy.py": """\
float64 = ndarray = zeros = arange = lambda *args: 0
class multiply:
    outer = staticmethod(lambda *args: 0)
def shape(thing):
    return (4, 4)
def array_equal(a, b):
    return True
"""
}
