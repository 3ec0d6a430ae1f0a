"""End the process inside a graded function; what was right elsewhere must keep its points."""

CLASS = "4"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "area": """\
def area(w, h):
    import os
    os._exit(0)
""",
}
