"""Give an object whose `__array_interface__` points to address 8."""

CLASS = ("8", "4")
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "table": """\
class Table:
    shape = (4, 4)
    __array_interface__ = {"shape": (4, 4), "typestr": "<f8", "data": (8, False), "version": 3}
table = Table()
""",
}
