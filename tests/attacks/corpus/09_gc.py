"""Search all objects of the process for text with a seal in it."""

CLASS = "9"
STOCK = "hidden test read"
CELLS = {
    "last": """\
import gc
word = "seal" + " ="
for thing in gc.get_objects():
    try:
        parts = list(thing.values()) if type(thing) is dict else thing
        if type(parts) in (list, tuple):
            for part in parts:
                if type(part) is str and word in part:
                    print(part)
    except Exception:
        pass
"""
}
