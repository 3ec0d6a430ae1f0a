"""What a submission can make the grader's own process hold and do, measured."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import re
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import nbformat.v4 as v4
import programs
import psutil
import pytest
from conftest import ROOT
from nbformat import NotebookNode
from PIL import Image
from test_trusted import answer, check, grade, shown
from tiny import OVERRIDE, RIGHT, SUMS, Tiny

from convgrade import boxed_manager, cells, judge_process, outputs, pictures, rebuild
from convgrade.plugins import harmless
from convgrade.plugins.execute import notebook_limit
from convgrade.plugins.harmless import AS_TYPED, MAX_LINE, harmless_markdown
from convgrade.trusted import TrustedClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MEMORY = 300  # MiB that a submission may cost the grader's process beyond an honest one
SECONDS = 60  # of processor time
# Runs a command and tells what its own process took.
MEASURE = f"""
import resource, runpy, sys
sys.modules[{programs.UNNEEDED!r}] = None
sys.argv[:] = sys.argv[1:]
try:
    runpy.run_module(sys.argv[0], run_name="__main__")
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print("measured", used.ru_maxrss // 1024, used.ru_utime + used.ru_stime)
"""
BOMB = base64.b64encode(
    pictures.PNG + struct.pack(">I4sII", 13, b"IHDR", 50_000, 50_000) + bytes(9)
).decode()
ONCE = base64.b64encode(pictures.PNG + struct.pack(">I4sII", 13, b"IHDR", 90, 50)).decode()
OUTPUTS = {
    "flood": "for i in range(3_000): display({'text/plain': str(i)}, raw=True)",
    "json": "display({'application/json': [[]] * 2_000_000, 'text/plain': 'json'}, raw=True)",
    "huge json": "display({'application/json': [[]] * 3_000_000, 'text/plain': 'json'}, raw=True)",
    "error": "raise ValueError('spam ' * 2_000_000)",
    "long trace": "def down(n):\n    if n: down(n - 1)\n    1 / 0\ndown(900)",
    "updates": "for i in range(400): display({'text/plain': 'a'}, raw=True, display_id='a')\n"
    "for i in range(400): display({'text/plain': 'b'}, raw=True, display_id='a', update=True)",
    "bomb": f"display({{'image/png': {BOMB!r}}}, raw=True)",
    "picture": f"display({{'image/png': {ONCE!r}}}, raw=True)",
    "colours": "print('\\x1b[1mx\\x1b[0m' * 100_000)",
    "line": "print('y' * 900_000)",
}
TEXTS = {
    "brackets": "[" * 19_000,
    "formulas": "$x$ " * 4_000,
    "macro": r"$\def\x{\y\y}\def\y{\z\z}\x$",
    "typed": "<b id=a>" * 1_000_000,
}


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    memory: int  # MiB, at most
    seconds: float  # of processor time


COMMANDS = (
    ("nbgrader", "autograde"),
    ("nbgrader", "generate_feedback"),
    ("convgrade", "report"),
)
Honest = dict[tuple[str, ...], Measured]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    config = (ROOT / "nbgrader_config.py").read_text() + OVERRIDE
    config += "c.Execute.timeout = 60\n"
    return Tiny.make(tmp_path_factory.mktemp("made"), config)


@pytest.fixture(scope="module")
def honest(made: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Honest:
    """Return what an honest submission takes."""
    course = made.copy(tmp_path_factory.mktemp("honest"))
    course.hand_in("abe")
    return {command: measured(course, *command) for command in COMMANDS}


def measured(course: Tiny, *words: str) -> Measured:
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, *words, "tiny"],
        cwd=course.root, capture_output=True, text=True, timeout=800,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    _, memory, seconds = run.stdout.strip().splitlines()[-1].split()
    return Measured(int(memory), float(seconds))


def hold(course: Tiny, honest: Honest) -> None:
    """Grade, make feedback pages and the report, and compare with an honest submission."""
    for command, usual in honest.items():
        took = measured(course, *command)
        assert took.memory < usual.memory + MEMORY, (command, took, usual)
        assert took.seconds < usual.seconds + SECONDS, (command, took, usual)
    for page in course.folder("eve", "feedback").glob("*.html"):
        assert page.stat().st_size < 40_000_000


def seen(cell: NotebookNode) -> str:
    """Return what is read below a cell."""
    return "\n".join(
        "".join(o.traceback)
        if o.output_type == "error"
        else o.get("text", o.get("data", {}).get("text/plain", ""))
        for o in cell.outputs
    )


def test_code_without_end_is_left_out_and_said(made: Tiny, honest: Honest, tmp_path: Path) -> None:
    course = made.copy(tmp_path / "course")
    eight = "x=1\n" * 2_000_000

    def spoil(notebook: NotebookNode) -> None:
        notebook.cells += [v4.new_code_cell(eight[: 8 * 10**6])]
        # Some are errors of one long line, which take seconds each to show.
        texts = ["a;" * 49_000] * 2 + ["# " * 49_000] * 10
        notebook.cells += map(v4.new_code_cell, texts)
        notebook.cells += [v4.new_code_cell("print('run')")]

    course.hand_in("eve", {**RIGHT, "total": f"{RIGHT['total']}\n{eight}"}, spoil)
    hold(course, honest)
    graded = course.graded("eve").cells
    left = [c for c in graded if "# Left out: this cell has 8,000,0" in c.source]
    assert len(left) == 2
    assert sum("# grade_id: total" in cell.source for cell in left) == 1
    assert len([c for c in graded if "# Left out" in c.source]) == 2 + 12 - 10
    assert seen(graded[-1]) == "run\n"
    points = course.grades("eve")
    assert points["total_test"][0] == 0
    assert points["double_test"][0] == 2
    with course.gradebook() as gradebook:
        comment = gradebook.find_comment("total", SUMS, "tiny", "eve").auto_comment
    assert "A code cell has at most 100,000 characters: this one has 8,000," in comment
    assert "3 were left out" in comment


def test_outputs_without_end_are_cut_and_said(made: Tiny, honest: Honest, tmp_path: Path) -> None:
    course = made.copy(tmp_path / "course")

    def spoil(notebook: NotebookNode) -> None:
        notebook.cells += [
            v4.new_code_cell(f"# {name}\nfrom IPython.display import display\n{code}")
            for name, code in OUTPUTS.items()
        ]
        notebook.cells += [
            v4.new_markdown_cell(f"<!-- {name} -->\n{text}") for name, text in TEXTS.items()
        ]
        notebook.cells += [v4.new_markdown_cell("[" * 19_000) for _ in range(80)]

    course.hand_in("eve", tamper=spoil)
    hold(course, honest)
    graded = course.graded("eve")
    named = {c.source.split("\n")[0].strip("# "): c for c in graded.cells if c.cell_type == "code"}
    said = {name: seen(named[name]) for name in OUTPUTS}
    assert "[Output after 1,000,000 characters is left out.]" in said["flood"]
    assert (
        len(named["flood"].outputs) <= 1 + TrustedClient.max_output.default_value // outputs.EACH
    )
    assert "is left out" in said["huge json"]
    assert "too long to be shown" in said["error"]
    assert "ZeroDivisionError" in said["long trace"]
    assert len(said["long trace"]) < 200_000
    assert said["updates"].splitlines()[0] == "b"
    assert said["updates"].splitlines()[-1] == "a"
    assert "A picture of 2,500,000,000 pixels is left out" in said["bomb"]
    assert named["picture"].outputs[0].data == {"image/png": ONCE}
    assert "\x1b" not in said["colours"]
    assert all(len(line) < MAX_LINE + 100 for line in said["line"].splitlines())
    texts = [c.source for c in graded.cells if c.cell_type == "markdown"]
    for name in ("formulas", "macro", "typed"):
        (text,) = (t for t in texts if f"<!-- {name} -->" in t)
        assert text.startswith(AS_TYPED), name
        assert len(text) < 110_000
    assert sum(t.startswith(AS_TYPED) for t in texts if "[[[[" in t or "19,0" in t) == 81
    assert course.grades("eve")["total_test"][0] == 3
    path = course.folder("eve", "autograded") / f"{SUMS}.ipynb"
    assert path.stat().st_size < 25_000_000
    json.loads(path.read_text())


def test_what_a_test_is_given_fits_into_its_process() -> None:
    """Or the test gives no points, and says so; the next one has a process that works."""
    peak, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if process.name() == judge_process.NAME:
                        peak[0] = max(peak[0], process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        client = grade(
            answer("a", "def f(x):\n    return bytes(240_000_000)"),
            check("f", "assert len(f(1)) > 1\nkept = [f(1) for _ in range(100)]"),
            answer("b", "def g(x):\n    return x"),
            check("g", "assert g(1) == 1"),
            timeout=200,
            call_timeout=60.0,
            notebook_timeout=400.0,
        )
    finally:
        over.set()
        watching.join()
    assert client.points == {"f": 0.0, "g": 2.0}
    assert "takes too much memory" in shown(client, "f")
    assert 2**30 < peak[0] < judge_process.MAX_MEMORY + 2**29


def test_the_table_in_the_documents_is_true() -> None:
    """Each figure of docs/security.md is the program's."""
    text = (ROOT / "docs" / "security.md").read_text()
    table = text.partition("## What a submission can make the grader use")[2].partition("##")[0]
    client = TrustedClient(NotebookNode(), None, None)
    figures = [
        cells.MAX_CODE, rebuild.MAX_OWN_CODE, client.max_output, client.max_outputs,
        client.max_flood, outputs.EACH, outputs.PRINT, outputs.MAX_WORDS, outputs.MAX_LINES,
        outputs.MAX_IDS, outputs.MAX_SHOWN, pictures.MAX_PIXELS, harmless.MAX_PIXELS,
        harmless.MAX_LINE,
        harmless.MAX_COLOURS, harmless.MAX_MARKDOWN, harmless.MAX_TEXTS, harmless.MAX_TYPED,
        harmless.MAX_ALL_TYPED, harmless.TYPED_LINE,
        harmless.MAX_FORMULAS, harmless.MAX_FORMULA, round(notebook_limit(None)),
    ]  # fmt: skip
    assert [n for n in figures if not re.search(rf"(?<![\d,]){n:,}(?!,?\d)", table)] == []
    assert f"{boxed_manager.MAX_CONTENT // 2**20} MiB" in table
    assert f"{judge_process.MAX_MEMORY // 2**30} GiB" in table


@pytest.mark.parametrize(
    "text",
    ["An $x_1$ and $$\\frac{a}{b}$$.", "\\begin{align}a&=b\\end{align}", "$\\delta$ $\\lettre$"],
)
def test_formulas_that_a_student_writes_are_shown(text: str) -> None:
    assert harmless_markdown(text) == text


def test_sizes_of_pictures_are_read() -> None:
    """As matplotlib writes them, and Pillow reads them."""
    for kind, size in (("PNG", (30, 20)), ("JPEG", (40, 30)), ("JPEG", (640, 480))):
        file = io.BytesIO()
        Image.new("RGB", size, "red").save(file, kind, progressive=size[0] > 100)
        text = base64.encodebytes(file.getvalue()).decode()
        assert pictures.pixels(text) == size[0] * size[1]
    assert pictures.pixels("no picture") == 0
    assert pictures.pixels(base64.b64encode(b"\xff\xd8\xff\xe0").decode()) > pictures.MAX_PIXELS
