"""Show Markdown with a link that is a script."""

CLASS = "18"
STOCK = "script in feedback"
FEEDBACK = True
CELLS = {
    "first": """\
get_ipython().display_pub.publish({"text/markdown": "<a href=\\"javascript:'@MARK@'\\">marks</a>"})
"""
}
