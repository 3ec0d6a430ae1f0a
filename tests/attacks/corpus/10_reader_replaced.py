"""Replace the function that reads the code for the rule on builders."""

CLASS = "10"
STOCK = "points gained"
ASSIGNMENT = "tensors"
CELLS = {
    "correlate": """\
import convkit.rule
import torch.nn.functional as F
convkit.rule.broken = lambda *args, **options: None
def correlate(x, w):
    return F.conv1d(x[None, None], w[None, None])[0, 0]
"""
}
