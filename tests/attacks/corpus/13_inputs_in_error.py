"""Put the hidden input into an error, and read it on the feedback page."""

CLASS = ("13", "18")
NOT_PROMISED = "inputs of hidden tests are no secret"
STOCK = "hidden input shown"
FEEDBACK = True
CELLS = {
    "greet": """\
def greet(name):
    if name != "Ada":
        raise ValueError(f"I do not know {name}.")
    return "Hello, Ada!"
"""
}
