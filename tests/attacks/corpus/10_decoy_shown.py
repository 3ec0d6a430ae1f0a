"""Let `inspect` show a decoy with a loop, where the test reads how the function is written."""

CLASS = ("10", "12")
ASSIGNMENT = "notes"
STOCK = "points gained"
CELLS = {
    "tally": """\
import inspect
def decoy(numbers):
    found = 0
    for number in numbers:
        found += number
    return found
def tally(numbers):
    return sum(numbers)
shown = inspect.findsource(decoy)
inspect.findsource = lambda function: (["def tally(numbers):\\n", *shown[0][shown[1] + 1:]], 0)
""",
}
