"""Read the test cells' text from the gradebook, where nbgrader keeps it."""

CLASS = "1"
STOCK = "hidden test read"
CELLS = {
    "first": """\
import sqlite3
with sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True) as gradebook:
    for (text,) in gradebook.execute("select source from source_cell"):
        print(text)
"""
}
