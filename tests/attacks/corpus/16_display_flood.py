"""Display 20 MB of pictures."""

CLASS = "16"
STOCK = "notebook flooded"
CELLS = {
    "first": """\
import base64
import os
from IPython.display import Image, display
for _ in range(20):
    display(Image(data=b"\\x89PNG\\r\\n\\x1a\\n" + os.urandom(2**20), format="png"))
"""
}
