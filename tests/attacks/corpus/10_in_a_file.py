"""Call the convolution in a module handed in beside the notebook, which no rule reads."""

CLASS = "10"
STOCK = ()  # the rule watches what runs, on stock nbgrader as well
ASSIGNMENT = "tensors"
FILES = {
    "tools.py": """\
import torch.nn.functional as F
def add_up(x, w):
    return F.conv1d(x[None, None], w[None, None])[0, 0]
"""
}
CELLS = {"correlate": "import tools\ndef correlate(x, w):\n    return tools.add_up(x, w)"}
