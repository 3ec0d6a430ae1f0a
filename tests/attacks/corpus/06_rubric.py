"""Patch the rubric's `score`, as others patch pytest's reports."""

CLASS = "6"
STOCK = "points gained"
ASSIGNMENT = "tensors"
CELLS = {
    "correlate": """\
import convgrade.rubric
convgrade.rubric.Rubric.score = lambda self: 4.0
def correlate(x, w):
    return torch.zeros(4)
"""
}
