"""Fail, and read the hidden test in the traceback on the feedback page."""

CLASS = "18"
STOCK = "hidden test in feedback"
FEEDBACK = True
CELLS = {"area": "def area(w, h):\n    return {2: 6, 4: 20}.get(w)"}
