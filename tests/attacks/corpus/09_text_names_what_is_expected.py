"""Answer with a text that names what the test expects, where the test evaluates it."""

CLASS = "9"
ASSIGNMENT = "notes"
STOCK = "points gained"
CELLS = {"recipe": 'recipe = "expected + 0"'}
