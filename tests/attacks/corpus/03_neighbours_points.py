"""Take a neighbour's points away in the gradebook."""

CLASS = "3"
STOCK = "neighbour harmed"
ALONE = True
CELLS = {
    "first": """\
import sqlite3
with sqlite3.connect("@COURSE@/gradebook.db", timeout=3) as gradebook:
    gradebook.execute("update grade set manual_score = 0, auto_score = 0")
"""
}
