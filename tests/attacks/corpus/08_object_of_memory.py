"""Give an object that offers memory of any address to NumPy, from under a class of its own."""

CLASS = ("8", "4")
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "table": """\
class Table(type("Base", (), {})):
    def __len__(self):
        return 4
    def __getitem__(self, place):
        return self
    @property
    def shape(self):
        return (4, 4)
    @property
    def __array_interface__(self):
        return {"shape": (4, 4), "typestr": "<f8", "data": (8, False), "version": 3}
table = Table()
""",
}
