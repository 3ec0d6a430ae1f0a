"""Overwrite the gradebook with nothing."""

CLASS = "3"
STOCK = "batch stopped"
ALONE = True
CELLS = {
    "first": """\
with open("@COURSE@/gradebook.db", "r+b") as gradebook:
    gradebook.truncate(0)
"""
}
