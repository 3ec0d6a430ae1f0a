"""Put quotes and handlers into a picture's description and width."""

CLASS = "18"
STOCK = "script in feedback"
FEEDBACK = True
CELLS = {
    "first": """\
about = {"alt": "x\\" onerror=\\"'@MARK@'\\"", "width": "1 onerror='@MARK@'"}
get_ipython().display_pub.publish({"image/png": "eA=="}, {"image/png": about})
"""
}
