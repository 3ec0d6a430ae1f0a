"""Show a JavaScript output."""

CLASS = "18"
STOCK = "script in feedback"
FEEDBACK = True
CELLS = {
    "first": "from IPython.display import Javascript, display\ndisplay(Javascript(\"'@MARK@'\"))"
}
