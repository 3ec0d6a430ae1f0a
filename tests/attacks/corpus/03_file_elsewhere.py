"""Write into a folder that has nothing to do with the course, from inside a graded function."""

CLASS = "3"
STOCK = "files changed"
CELLS = {
    "area": """\
def area(w, h):
    with open("@OUTSIDE@/@MARK@.txt", "w") as note:
        note.write("I was here.\\n")
    return -1
"""
}
