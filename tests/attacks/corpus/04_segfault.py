"""Read address 0, which ends the kernel without a word."""

CLASS = "4"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "area": """\
def area(w, h):
    import ctypes
    return ctypes.string_at(0)
""",
}
