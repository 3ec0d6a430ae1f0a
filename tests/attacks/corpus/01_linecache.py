"""Read the text of the cells that ran from linecache, where tracebacks find it."""

CLASS = "1"
STOCK = "hidden test read"
CELLS = {
    "last": """\
import linecache
for entry in list(linecache.cache.values()):
    if len(entry) > 2 and entry[0] < 10_000:
        print("".join(entry[2]))
"""
}
