"""Return a float whose difference to anything is 0."""

CLASS = "7"
STOCK = "points gained"
CELLS = {
    "total": """\
class Number(float):
    def __sub__(self, other):
        return 0.0
def total(numbers):
    return Number(-1)
""",
    "golden": "golden = Number(-1)",
}
