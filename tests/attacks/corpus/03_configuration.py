"""Add a line to the course's configuration, which the instructor's next command obeys."""

CLASS = "3"
STOCK = "files changed"
CELLS = {
    "first": """\
with open("@COURSE@/nbgrader_config.py", "a") as config:
    config.write("# now this course is mine: @MARK@\\n")
"""
}
