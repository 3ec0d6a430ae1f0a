"""Print 40 MB from inside a graded function."""

CLASS = "16"
STOCK = "notebook flooded"
CELLS = {
    "area": """\
def area(w, h):
    for _ in range(20):
        print("x" * 2**20, end="")
    return w * h if w < 5 else -1
"""
}
