"""Give oneself full points in the gradebook, as a manual score that outlasts the grading."""

CLASS = "3"
STOCK = ("points gained", "gradebook written")
ALONE = True
CELLS = {
    "first": """\
import sqlite3
with sqlite3.connect("@COURSE@/gradebook.db", timeout=3) as gradebook:
    mine = gradebook.execute(
        "select grade.id from grade join submitted_notebook n on n.id = grade.notebook_id "
        "join submitted_assignment a on a.id = n.assignment_id where a.student_id = "
        "(select id from student where id like '03-own-points')"
    ).fetchall()
    gradebook.executemany("update grade set manual_score = 2 where id = ?", mine)
"""
}
