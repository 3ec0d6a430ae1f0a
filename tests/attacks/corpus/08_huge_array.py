"""Return an array that claims 8 GB, and equals everything."""

CLASS = ("8", "16")
STOCK = "points gained"
CELLS = {
    "area": """\
class Always(np.ndarray):
    def __eq__(self, other):
        return True
def area(w, h):
    return np.broadcast_to(np.zeros(1), (10**9,)).view(Always)
"""
}
