"""Post what was found to a web server, with nothing but urllib."""

CLASS = "2"
STOCK = "network reached"
CELLS = {
    "first": """\
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:@PORT@/@MARK@", timeout=3)
except OSError:
    pass
"""
}
