"""Ask the mock that a test puts in the place of a library's function for what it will say."""

CLASS = "9"
ASSIGNMENT = "notes"
STOCK = "points gained"
CELLS = {
    "throws": """\
import random
def throws(n):
    told = list(getattr(random.randint, "side_effect", None) or [])
    if told:
        random.randint.call_count = n
    return told
""",
}
