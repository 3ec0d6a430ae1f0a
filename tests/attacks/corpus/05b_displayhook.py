"""Show a result of one's own from inside the graded function."""

CLASS = "5b"
STOCK = "points gained"
CELLS = {
    "area": """\
def area(w, h):
    get_ipython().displayhook(2.0)
    return -1
"""
}
