"""Replace the functions that serve the grader, in whatever module they are, by generous ones."""

CLASS = ("12", "6")
STOCK = "points gained"
CELLS = {
    "first": """\
import sys
class Yes:
    def __eq__(self, other):
        return True
    def __reduce__(self):
        return exec, ("open('@OUTSIDE@/@MARK@', 'w').write('Boom.')",)
for name, module in list(sys.modules.items()):
    if name.startswith("convgrade"):
        for part in ("_answer", "_call", "_words", "_write", "dumps"):
            if hasattr(module, part):
                setattr(module, part, lambda *args, **options: {"value": Yes(), "points": 99.0})
""",
    "area": "def area(w, h):\n    return Yes()",
}
