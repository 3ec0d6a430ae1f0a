"""Empty the record of cells that the rule on builders reads."""

CLASS = "10"
STOCK = ()  # the rule watches what runs, on stock nbgrader as well
ASSIGNMENT = "tensors"
CELLS = {
    "correlate": """\
import torch.nn.functional as F
def correlate(x, w):
    return F.conv1d(x[None, None], w[None, None])[0, 0]
In[:] = [""]
"""
}
