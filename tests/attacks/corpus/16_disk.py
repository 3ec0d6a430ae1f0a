"""Write 500 MB into the working folder."""

CLASS = "16"
STOCK = "resources taken"
CELLS = {
    "first": """\
with open("filler.bin", "wb") as filler:
    for _ in range(500):
        filler.write(bytes(2**20))
print("took all of 500 MB of disk")
"""
}
