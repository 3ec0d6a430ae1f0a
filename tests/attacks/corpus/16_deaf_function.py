"""Loop for ever inside a graded function that swallows every interrupt."""

CLASS = "16"
STOCK = "submission lost"
KEEPS = 2
CELLS = {
    "greet": 'def greet(name):\n    return f"Hello, {name}!"',
    "total": """\
def total(numbers):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""",
}
