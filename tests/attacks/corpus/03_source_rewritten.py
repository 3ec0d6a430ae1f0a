"""Weaken the hidden tests in the source notebook, for everyone who is graded later."""

CLASS = "3"
STOCK = "files changed"
CELLS = {
    "first": """\
from pathlib import Path
path = Path("@COURSE@/source/vault/vault.ipynb")
text = path.read_text().replace("assert", "pass; assert")
path.write_text(text.replace("# The vault", "# The vault @MARK@"))
"""
}
