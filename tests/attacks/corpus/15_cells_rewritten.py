"""Rewrite `In`, the log of what ran, in which the rule against convolutions is checked."""

CLASS = ("15", "10")
STOCK = ()  # the rule watches what runs, on stock nbgrader as well
ASSIGNMENT = "tensors"
CELLS = {
    "correlate": """\
def correlate(x, w):
    return slide(x, w)
In[:] = ["def correlate(x, w):\\n    return torch.stack(list(x))"] * len(In)
"""
}
