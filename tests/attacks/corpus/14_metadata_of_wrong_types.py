"""Replace metadata by values of other types."""

import json

CLASS = ("14", "malformed")
STOCK = "submission lost"
KEEPS = 2
CELLS = {"greet": 'def greet(name):\n    return f"Hello, {name}!"'}


def tamper(notebook, places):
    nb = json.loads(notebook.read_text())
    for cell in nb["cells"]:
        if cell["id"] == "area":
            cell["metadata"]["nbgrader"] = ["grade", True]
        if cell["id"] == "total_test":
            cell["metadata"]["nbgrader"]["points"] = {"much": 1000}
    nb["metadata"]["language_info"] = {"name": 7}
    notebook.write_text(json.dumps(nb))
