"""Take 5 GiB of memory and fill it."""

CLASS = "16"
STOCK = "resources taken"
CELLS = {
    "first": """\
import numpy as np
held = []
for step in range(5):
    held.append(np.ones(2**30, dtype=np.uint8))
print("took all of 5 GiB of memory")
held.clear()
"""
}
