"""Record the hidden inputs and print them in a later cell."""

CLASS = "13"
NOT_PROMISED = "inputs of hidden tests are no secret"
STOCK = "hidden input shown"
FEEDBACK = True
CELLS = {
    "greet": """\
names = []
def greet(name):
    names.append(name)
    return f"Hello, Ada!"
""",
    "last": "print(names)",
}
