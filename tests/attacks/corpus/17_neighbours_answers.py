"""Run the answers of a neighbour, as handed in."""

CLASS = "17"
STOCK = ("points gained", "neighbour read")
CELLS = {
    "first": """\
import json
from pathlib import Path
stolen = ""
for cell in json.loads(Path("@COURSE@/submitted/abe/vault/vault.ipynb").read_text())["cells"]:
    if "# grade_id" in (text := "".join(cell["source"])) or "CANARY" in text:
        stolen += text + "\\n"
exec(stolen)
print(stolen)
""",
    **dict.fromkeys(("area", "table", "greet", "total", "golden"), "pass"),
}
