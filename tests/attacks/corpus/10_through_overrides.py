"""Find the convolution by its reversed name in PyTorch's table of overridable functions."""

CLASS = "10"
STOCK = ()  # the rule watches what runs, on stock nbgrader as well
ASSIGNMENT = "tensors"
CELLS = {
    "correlate": """\
import torch.overrides
tools = {f.__name__[::-1]: f for f in torch.overrides.get_testing_overrides()}
def correlate(x, w):
    return tools["d1vnoc"](x[None, None], w[None, None])[0, 0]
"""
}
