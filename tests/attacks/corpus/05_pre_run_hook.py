"""Print the text of every cell before it runs, with IPython's `pre_run_cell` event."""

CLASS = ("5", "1")
STOCK = "hidden test read"
CELLS = {
    "first": """\
get_ipython().events.register("pre_run_cell", lambda info: print(info.raw_cell))
"""
}
