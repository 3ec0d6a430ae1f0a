"""Show HTML with a script in it."""

CLASS = "18"
STOCK = "script in feedback"
FEEDBACK = True
CELLS = {
    "first": """\
from IPython.display import HTML, display
display(HTML("<script>fetch('/formgrader?@MARK@')</script>"))
"""
}
