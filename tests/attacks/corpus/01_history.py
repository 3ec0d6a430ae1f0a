"""Print IPython's history of inputs, which holds the hidden tests that have run."""

CLASS = "1"
STOCK = "hidden test read"
CELLS = {
    "last": """\
for number, text in enumerate(In):
    print(number, text)
"""
}
