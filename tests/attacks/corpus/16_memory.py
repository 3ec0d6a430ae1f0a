"""Take 5 GiB of memory."""

CLASS = "16"
STOCK = "resources taken"
CELLS = {
    "first": """\
import numpy as np
held = []
for step in range(5):
    held.append(np.empty(2**30, dtype=np.uint8))
    held[-1][: 2**26] = 1  # a part: to fill all of it takes seconds on a busy machine
print("took all of 5 GiB of memory")
held.clear()
"""
}
