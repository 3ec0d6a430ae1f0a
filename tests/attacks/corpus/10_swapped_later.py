"""Answer by hand in the cell, and swap the function's code for a convolution's at run time."""

CLASS = "10"
STOCK = ()  # the rule watches what runs, on stock nbgrader as well
ASSIGNMENT = "tensors"
CELLS = {
    "first": """\
def other(shell=get_ipython()):
    function = shell.user_ns.get("correlate")
    if function is not None:
        function.__code__ = (lambda x, w: F.conv1d(x[None, None], w[None, None])[0, 0]).__code__
get_ipython().events.register("post_run_cell", lambda result: other())
""",
    "correlate": "def correlate(x, w):\n    return torch.zeros(1)",
}
