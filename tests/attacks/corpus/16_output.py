"""Print 60 MB."""

CLASS = "16"
STOCK = "notebook flooded"
CELLS = {
    "first": """\
for _ in range(60):
    print("x" * 2**20, end="")
"""
}
