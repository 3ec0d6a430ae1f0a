"""Close every file and socket of the kernel inside a graded function."""

CLASS = "4"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "area": """\
def area(w, h):
    import os
    os.closerange(3, 1024)
    return -1
""",
}
