"""Plant a kernel specification in the instructor's home, so that later kernels are ours."""

CLASS = ("3", "14")
STOCK = "files changed"
ALONE = True
CELLS = {
    "first": """\
import json
from pathlib import Path
home = Path.home()
if str(home).startswith("@COURSE@".removesuffix("/course")):
    for data in (".local/share/jupyter", ".jupyter"):
        folder = home / data / "kernels/python3"
        folder.mkdir(parents=True, exist_ok=True)
        spec = {"argv": ["/bin/false"], "display_name": "x", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec))
"""
}
