"""Print every float as 1.0 with IPython's display formatter."""

CLASS = ("5", "5b")
STOCK = "points gained"
CELLS = {
    "first": """\
formatter = get_ipython().display_formatter.formatters["text/plain"]
formatter.for_type(float, lambda number, printer, cycle: printer.text("1.0"))
"""
}
