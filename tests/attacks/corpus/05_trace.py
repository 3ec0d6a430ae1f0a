"""Follow the test cell with `sys.settrace` from a graded function and fix its points."""

CLASS = ("5", "9")
STOCK = "points gained"
CELLS = {
    "total": """\
import sys
def total(numbers):
    def follow(frame, event, argument):
        if "points" in frame.f_globals:
            frame.f_globals["points"] = 4.0
        return follow
    sys.settrace(follow)
    frame = sys._getframe(1)
    while frame:
        frame.f_trace = follow
        frame = frame.f_back
    return 6
"""
}
