"""Reach the course through the grader's working folder and open files in /proc."""

CLASS = "1"
STOCK = "hidden test read"
CELLS = {
    "first": """\
import os
from pathlib import Path
grader = os.getppid()
if may_touch(grader):
    for path in Path(f"/proc/{grader}/cwd").glob("source/*/*.ipynb"):
        print(path.read_text())
    for link in Path(f"/proc/{grader}/fd").iterdir():
        if os.path.realpath(link).endswith(".ipynb"):
            print(link.read_text())
"""
}
