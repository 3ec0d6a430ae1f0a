"""Write modules into the working folder that the test imports, one with the course's own name."""

CLASS = ("5", "6")
ASSIGNMENT = "notes"
STOCK = "points gained"
CELLS = {
    "mean": """\
import sys
for name in ("pipes2", "statistics", "json", "pickle"):
    sys.modules.pop(name, None)
    with open(f"{name}.py", "w") as file:
        file.write("same = lambda *args: True\\nfmean = lambda *args: 0.0\\n")
    with open(f"{name}.pth", "w") as file:
        file.write(f"import os; open('@OUTSIDE@/@MARK@', 'w').close()\\n")
sys.path.insert(0, ".")
def mean(name):
    return 0.0
"""
}
