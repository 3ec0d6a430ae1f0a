"""Print the hidden inputs from inside the graded function."""

CLASS = "13"
STOCK = "hidden input shown"
FEEDBACK = True
CELLS = {"greet": 'def greet(name):\n    print(name)\n    return "Hello, Ada!"'}
