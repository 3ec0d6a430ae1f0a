"""Answer with a text that runs code where the test evaluates it."""

CLASS = "8"
ASSIGNMENT = "notes"
STOCK = ("points gained", "files changed")
CELLS = {
    "recipe": """\
recipe = "[open('@OUTSIDE@/@MARK@', 'w').write('@MARK@'), expected + 0][1]"
"""
}
