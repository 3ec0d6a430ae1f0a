"""Search the variables of everything that calls a graded function for the text of the test."""

CLASS = "9"
STOCK = "hidden test read"
CELLS = {
    "area": """\
def area(w, h):
    import sys
    frame = sys._getframe()
    while frame:
        for thing in list(frame.f_locals.values()):
            if isinstance(thing, str) and "seal" in thing:
                print(thing)
        frame = frame.f_back
    return {2: 6, 4: 20}.get(w, -1)
"""
}
