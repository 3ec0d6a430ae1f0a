"""Feedback pages: what stands on them, for whom they can be read, and that nothing runs."""

from __future__ import annotations

import base64
import re
import shutil
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import nbformat.v4 as v4
import programs
import pytest
from browser import chromium
from conftest import ROOT, make_course, run_nbgrader
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from selenium import webdriver
from traitlets.config import Config

from convgrade.drawing import draw
from convgrade.exercises import Comment, Exercise, Grade, read_exercises
from convgrade.plugins.harmless import Harmless
from convgrade.plugins.page import FeedbackExporter
from convgrade.plugins.shared_gradebook import share_for
from convgrade.records import RECORD, Picture

# ------------------------------------------------------------- pages made by hand

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> $x$ {{ 7 }} \"'"
PICTURE = {"shape": [3, 4], "origin": [0, 0], "wrong": 2, "rows": ["Xx..", ".x..", "..o."]}


def record(**changes: Any) -> dict[str, Any]:
    """Return a record as `Rubric.record` makes it: one part passed, one failed."""
    passed = {"part": "the shape", "points": 1, "earned": 1, "verdict": "passed", "visible": True}
    failed = {"part": "sizes", "points": 2, "earned": 0, "verdict": "failed", "visible": False}
    lines = {"inputs": "n = 3", "expected": "a matrix", "yours": "2 wrong", "hint": "Look."}
    parts = [{**passed, "picture": None}, {**failed, **lines, "picture": PICTURE}]
    full = {"exercise": "f", "points": 3, "earned": 1, "refused": None, "misconceptions": []}
    return {**full, "parts": parts, **changes}


def marked(grade_id: str, text: str, *outputs: NotebookNode, **marks: Any) -> NotebookNode:
    mark = {"grade_id": grade_id, "grade": False, "solution": False, "locked": False, **marks}
    return v4.new_code_cell(text, id=grade_id, metadata={"nbgrader": mark}, outputs=list(outputs))


def shown(data: Any) -> NotebookNode:
    return v4.new_output("display_data", data={"text/plain": "the words", RECORD: data})


def notebook(*outputs: NotebookNode, answer: str = "def f(n): ...") -> NotebookNode:
    """Return a graded notebook with one exercise."""
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("## 1.1 Write `f`   ★★ (5 minutes, 3 points)"),
            marked("f", answer, solution=True),
            marked("f_test", "f(3)", *outputs, grade=True, locked=True),
        ]
    )


def grade(score: float = 1, **changes: Any) -> Grade:
    return Grade(**{"score": score, "points": 3, "tests": score, "by_person": False,
                    "waits": False, **changes})  # fmt: skip


def exercise(nb: NotebookNode, now: Grade | None = None, automatic: str = "") -> Exercise:
    grades, comments = {"f_test": now or grade()}, {"f": Comment(automatic, "")}
    return read_exercises(nb, grades, comments)[0]


def page_of(nb: NotebookNode, *, late: float = 0, **about: Any) -> str:
    """Return the page that the exporter makes of a notebook."""
    exercises = [exercise(nb, **about)]
    names = {"assignment": "a", "notebook": "one", "score": 1 - late, "max_score": 3}
    exporter = FeedbackExporter(config=Config(Exporter={"default_preprocessors": []}))
    resources = {"nbgrader": {**names, "late_penalty": late}, "feedback": exercises}
    return str(exporter.from_notebook_node(nb, resources)[0])


class Tags(HTMLParser):
    """Collects the tags of a page, what acts in a browser, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.acts: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.acts += [name for name, _ in attrs if name.startswith("on") or name == "src"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_whatever_a_record_says_is_text() -> None:
    """A name, a value, a misconception, a remark, an error with markup: shown as typed."""
    clean = Tags(page_of(notebook(shown(record(refused={"yours": "a", "hint": "b"})))))
    idea = dict.fromkeys(("number", "name", "effect", "question", "reread"), EVIL)
    lines = dict.fromkeys(("part", "inputs", "expected", "yours", "hint"), EVIL)
    parts = [{**part, **lines} for part in record()["parts"]]
    refused = dict.fromkeys(("expected", "yours", "hint"), EVIL)
    evil = record(exercise=EVIL, misconceptions=[idea], parts=parts, refused=refused)
    nb = notebook(shown(evil))
    nb.cells[1].outputs = [v4.new_output("error", ename=EVIL, evalue=EVIL, traceback=[EVIL])]
    page = Tags(page_of(nb, automatic=EVIL))
    assert page.text.count(EVIL) >= 15
    assert page.acts == clean.acts == []
    assert page.tags.count("script") == clean.tags.count("script")
    assert "img" not in page.tags


def test_a_heading_becomes_plain_text_on_the_summary() -> None:
    nb = notebook(shown(record()))
    nb.cells[0].source = "## <img src=x onerror=alert(1)> and *stars*"
    assert exercise(nb).title == "<img src=x onerror=alert(1)> and stars"
    table = page_of(nb).split("<tbody>")[1].split("</tbody>")[0]
    assert "&lt;img src=x onerror=alert(1)&gt; and stars" in table


def test_words_of_a_test_without_a_record_are_text() -> None:
    printed = v4.new_output("stream", name="stdout", text=EVIL)
    raised = v4.new_output("error", ename="E", evalue="", traceback=[f"\x1b[31m{EVIL}"])
    page = Tags(page_of(notebook(printed, raised)))
    assert page.text.count(EVIL) == 4  # in the section and in the notebook
    assert (page.acts, "img" in page.tags) == ([], False)


def test_records_are_believed_below_test_cells_only() -> None:
    """A student's own cell may show one: `Harmless` takes it out, and nobody would read it."""
    forged = shown(record(earned=3))
    nb = notebook(v4.new_output("stream", text="no"))
    nb.cells[1].outputs = [forged]
    nb.cells.append(v4.new_code_cell("display(...)", id="extra_1", outputs=[forged]))
    found = exercise(nb, grade(0))
    assert (found.records, found.state) == ([], "none")
    by_hand = marked("g", "x = 1", forged, grade=True, solution=True)
    by_hand.metadata.nbgrader["points"] = 3
    nb.cells.append(by_hand)
    both = read_exercises(nb, {"f_test": grade(0), "g": grade(0)}, {})
    assert [one.records for one in both] == [[], []]
    kept = Harmless().preprocess_cell(nb.cells[-1], {}, 0)[0]
    assert [list(output.data) for output in kept.outputs] == [["text/plain"]]


@pytest.mark.parametrize("data", [None, 7, [], {}, record(parts=[{}]), record(parts=7)], ids=repr)
def test_what_is_no_record_is_shown_as_the_words_beside_it(data: Any) -> None:
    assert "the words" in page_of(notebook(shown(data))).split('id="notebook"')[0]


def test_a_record_is_not_told_twice() -> None:
    """Its words, and the number that the test cell ends in, are the section's."""
    number = v4.new_output("execute_result", data={"text/plain": "1.0"}, execution_count=1)
    page = page_of(notebook(shown(record()), number))
    assert "the words" not in page
    assert "<pre>1.0" not in page
    assert page.count(">sizes<") == 1


@pytest.mark.parametrize(
    ("now", "outputs", "answer", "automatic", "state"),
    [
        (grade(3), [], "x", "", "full"),
        (grade(4), [], "x", "", "full"),
        (grade(1), [], "x", "", "part"),
        (grade(0), [shown(record())], "x", "", "none"),
        (grade(0), [v4.new_output("error", ename="AssertionError")], "x", "", "none"),
        (grade(0), [v4.new_output("stream", text="No points: a crash.")], "x", "", "crashed"),
        (grade(0), [], "# later\n\n", "", "not answered"),
        (grade(0), [], "x", "No response.", "not answered"),
        (grade(0, by_person=True), [], "", "No response.", "none"),
        (grade(0, tests=None, waits=True), [], "x", "", "waits for a person"),
    ],
)
def test_states(
    now: Grade, outputs: list[NotebookNode], answer: str, automatic: str, state: str
) -> None:
    nb = notebook(*outputs, answer=answer)
    assert exercise(nb, now, automatic).state == state
    assert state in page_of(nb, now=now, automatic=automatic)


def test_an_unreadable_notebook_is_not_gradable() -> None:
    nb = notebook()
    nb.metadata["convgrade"] = {"ungradable": "it is empty"}
    assert exercise(nb, grade(0)).state == "not gradable"


def test_an_answer_that_stopped_and_a_part_that_returned_nothing() -> None:
    nb = notebook()
    nb.cells[1].outputs = [v4.new_output("error", ename="ValueError", evalue="no")]
    assert exercise(nb, grade(0)).state == "crashed"
    assert "ValueError: no" in page_of(nb, now=grade(0)).split('id="notebook"')[0]
    blank = [{**part, "verdict": "blank", "earned": 0} for part in record()["parts"]]
    assert exercise(notebook(shown(record(parts=blank))), grade(0)).state == "not answered"


def test_what_stopped_an_answer_is_said_once_and_in_words() -> None:
    nb = notebook(v4.new_output("stream", name="stdout", text="No points: it crashed."))
    left = "This cell was left out: it crashed."
    nb.cells[1].outputs = [v4.new_output("error", ename="LeftOut", evalue=left)]
    page = page_of(nb, now=grade(0), automatic=left).split('id="notebook"')[0]
    assert f"<pre>{left}</pre>" in page
    assert page.count(left) == 1
    assert "<summary>What the test says</summary>" in page  # folded: it only follows from that
    evalue = "expected ':' (3015508431.py, line 2)"
    nb.cells[1].outputs = [v4.new_output("error", ename="SyntaxError", evalue=evalue)]
    assert exercise(nb).errors == ["SyntaxError: expected ':' (line 2 of the cell)"]


def test_points_of_a_person_and_a_penalty_are_told() -> None:
    page = Tags(page_of(notebook(shown(record())), now=grade(2, tests=1, by_person=True), late=1))
    assert "A person set these points; the tests gave 1." in page.text
    assert "Late submission penalty\n-1" in page.text


def test_a_person_who_began_with_the_remark_is_not_told_it_twice() -> None:
    nb = notebook(v4.new_output("stream", text="No points: it made Python exit."))
    assert exercise(nb, grade(0), "It made Python exit.\nMoved.").notes == ["Moved."]


def test_code_is_highlighted_once_and_by_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every student's notebook holds the course's cells."""
    calls = []
    highlight = Highlight2HTML.__call__

    def counted(self: Any, source: str, *options: Any, **named: Any) -> Any:
        calls.append(source)
        return highlight(self, source, *options, **named)

    monkeypatch.setattr(Highlight2HTML, "__call__", counted)
    exporter = FeedbackExporter(config=Config(Exporter={"default_preprocessors": []}))

    def page(*cells: NotebookNode) -> str:
        nb = v4.new_notebook(cells=list(cells))
        names = {"assignment": "a", "notebook": "one", "score": 1, "max_score": 3}
        resources = {"nbgrader": {**names, "late_penalty": 0}, "feedback": []}
        return str(exporter.from_notebook_node(nb, resources)[0])

    course, plain = v4.new_code_cell("import torch as t"), v4.new_code_cell("<b>def</b>")
    page(course, v4.new_code_cell("one = 1"))
    page(course, v4.new_code_cell("two = 2"))
    assert calls == ["import torch as t", "one = 1", "two = 2"]
    magic = v4.new_code_cell(plain.source, metadata={"magics_language": "html"})
    assert page(plain) != page(magic)
    assert page(plain) == page(plain)
    long = v4.new_code_cell("x = 1\n" * 2000)  # is not kept
    assert page(long) == page(long)
    assert calls[3:] == [plain.source, plain.source, long.source, long.source]


def test_a_drawing_says_where_and_shows_no_number() -> None:
    rows = tuple("X" * 40 for _ in range(16))
    drawing = draw(Picture((20, 64), (2, 6), 900, rows))
    assert drawing.places[0] == (2, 6)
    assert drawing.label.startswith("Your matrix, 20 by 64; wrong entries at row 2, column 6; row")
    assert drawing.label.endswith("; and 892 more.")
    assert drawing.window == "Shown are rows 2 to 17 and columns 6 to 45."
    small = draw(Picture((3, 4), (0, 0), 2, tuple(PICTURE["rows"])))
    assert small.label == "Your matrix, 3 by 4; wrong entries at row 0, column 0; row 2, column 2."
    assert (small.filled.count("z"), small.wrong.count("z"), small.window) == (3, 2, "")


# --------------------------------------------------- pages of the demo class, in Chromium

PAGES = {  # of each submission a notebook that shows what it is made for
    "flipped-kernel": "1_toeplitz_1d",
    "crashes": "1_toeplitz_1d",
    "perfect": "2_shift_equivariance",
    "half-done": "3_padding",
    "column-major": "4_block_toeplitz_2d",
}
PERFECT = "perfect"
EACH = pytest.mark.parametrize("who", PAGES)
WIDTHS = pytest.mark.parametrize("width", [390, 1280])
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade five notebooks by real commands; let a person change points and write a comment."""
    root = make_course(tmp_path_factory.mktemp("feedback"), "[1-4]_*.ipynb")
    run_nbgrader(root, "generate_assignment", "toeplitz")
    for who, name in PAGES.items():
        target = root / "submitted" / who / "toeplitz"
        target.mkdir(parents=True)
        shutil.copy(ROOT / "submitted" / who / "toeplitz" / f"{name}.ipynb", target)
    done = programs.run("convgrade", "grade", "toeplitz", "--workers", "1", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    with gradebook(root) as book:
        found = book.find_grade("impostor_test", PAGES["crashes"], "toeplitz", "crashes")
        found.manual_score = 1.5
        found = book.find_comment("impostor", PAGES["crashes"], "toeplitz", "crashes")
        found.manual_comment = "Think of *another* signal."
        book.db.commit()
    run_nbgrader(root, "generate_feedback", "toeplitz")
    return root


def gradebook(root: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{root}/gradebook.db", "convolution-is-a-matrix")


def test_the_gradebook_is_open_once_and_others_may_write_meanwhile(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nbgrader adds a course of its default name to it."""
    path = shutil.copy(graded / "gradebook.db", tmp_path)
    url, seen, engines = f"sqlite:///{path}", list[Any](), set[int]()
    with sqlite3.connect(path) as before:
        before.execute("DELETE FROM course WHERE id = 'default_course'")
    before.close()

    def convert_one(name: str) -> None:
        with Gradebook(url) as book:  # as nbgrader's GetGrades does, without the course's name
            book.db.expire_all()
            seen.append(book.find_student("crashes").first_name)
            engines.add(id(book.engine))

    def convert_all() -> None:
        for name in ("Ann", "Bo"):
            with sqlite3.connect(path, timeout=0) as other:
                other.execute("UPDATE student SET first_name = ? WHERE id = 'crashes'", [name])
            other.close()
            converter.convert_single_notebook(name)

    coursedir = SimpleNamespace(db_url=url, course_id="convolution-is-a-matrix")
    converter = SimpleNamespace(
        coursedir=coursedir, convert_notebooks=convert_all, convert_single_notebook=convert_one
    )
    share_for(converter)
    converter.convert_notebooks()
    assert seen == ["Ann", "Bo"]
    assert len(engines) == 1
    with sqlite3.connect(path) as after:
        assert ("default_course",) in after.execute("SELECT id FROM course").fetchall()


def address(root: Path, who: str) -> Path:
    return root / "feedback" / who / "toeplitz" / f"{PAGES[who]}.html"


def records(root: Path, who: str) -> dict[str, dict[str, Any]]:
    """Return the records of a graded notebook by exercise."""
    path = root / "autograded" / who / "toeplitz" / f"{PAGES[who]}.ipynb"
    return {
        cell.id.removesuffix("_test"): output.data[RECORD]
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if RECORD in output.get("data", {})
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as page:
        yield page


def visit(page: webdriver.Chrome, path: Path, width: int = 1280, **media: Any) -> None:
    """Open a page as a screen of a width shows it, or as print does."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": [], **media})
    page.get(path.as_uri())


def rows(page: webdriver.Chrome, table: str) -> list[list[str]]:
    """Return the texts of a table's body."""
    script = """return [...document.querySelectorAll(arguments[0] + ' tbody tr')].map(
        row => [...row.cells].map(cell => cell.textContent.trim().replace(/\\s+/g, ' ')))"""
    return page.execute_script(script, table)


@pytest.mark.slow
@WIDTHS
@EACH
def test_no_page_scrolls_sideways(
    graded: Path, browser: webdriver.Chrome, who: str, width: int
) -> None:
    visit(browser, address(graded, who), width)
    for script in ("", OPEN):
        browser.execute_script(script)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.slow
@EACH
def test_the_summary_says_what_the_gradebook_does(
    graded: Path, browser: webdriver.Chrome, who: str
) -> None:
    visit(browser, address(graded, who))
    with gradebook(graded) as book:
        found = book.find_submission_notebook(PAGES[who], "toeplitz", who)
        kept = {g.name.removesuffix("_test"): (g.score, g.max_score, g) for g in found.grades}
        waits = {name for name, (*_, g) in kept.items() if g.needs_manual_grade
                 and g.manual_score is None}  # fmt: skip
        score, most = found.score, found.max_score
    table = {row[0].split()[0]: row[1:] for row in rows(browser, ".summary")}
    assert list(table) == list(
        browser.execute_script(
            "return [...document.querySelectorAll('.exercise h2')].map(h => h.textContent)"
        )
    )
    assert {name: (row[0], row[1]) for name, row in table.items()} == {
        name: ("–" if name in waits else f"{value:g}", f"{of:g}")
        for name, (value, of, _) in kept.items()
    }
    total = browser.execute_script(
        "return document.querySelector('.summary tfoot').innerText"
    ).split()
    assert total == ["Total", f"{score:g}", f"{most:g}"]
    assert f"{score:g} of {most:g} points" in browser.execute_script(
        "return document.querySelector('.total').innerText"
    )


@pytest.mark.slow
@EACH
def test_every_part_and_the_hidden_ones_that_passed_are_there(
    graded: Path, browser: webdriver.Chrome, who: str
) -> None:
    visit(browser, address(graded, who))
    words = {"passed": "✓ passed", "failed": "✗ failed", "blank": "○ not answered"}
    for name, found in records(graded, who).items():
        section = f"section[aria-labelledby='exercise-{name}']"
        assert rows(browser, f"{section} .parts") == [
            [words[p["verdict"]], p["part"], f"{p['earned']:g} of {p['points']:g}",
             "visible" if p["visible"] else "hidden"]
            for p in found["parts"]
        ]  # fmt: skip
        hidden = [p["verdict"] == "passed" for p in found["parts"] if not p["visible"]]
        text = browser.execute_script(f'return document.querySelector("{section}").textContent')
        told = f"Hidden parts: {sum(hidden)} of {len(hidden)} passed."
        assert (told in text) == bool(hidden)
        for part in found["parts"]:
            for label in ("inputs", "expected", "yours", "hint"):
                assert part.get(label, "") in text
        for idea in found["misconceptions"]:
            assert all(idea[key] in text for key in idea if key != "number")
            assert idea["number"] not in text  # a name for instructors
        pictures = [p["picture"] for p in found["parts"] if p["picture"]]
        labels = browser.execute_script(
            f"return [...document.querySelectorAll(\"{section} svg[role='img']\")]"
            ".map(svg => svg.getAttribute('aria-label'))"
        )
        assert len(labels) == len(pictures)
        for label, picture in zip(labels, pictures, strict=True):
            assert label.startswith("Your matrix, {} by {}; wrong".format(*picture["shape"]))


@pytest.mark.slow
def test_states_crashes_and_what_a_person_did(graded: Path, browser: webdriver.Chrome) -> None:
    states = {}
    for who in PAGES:
        visit(browser, address(graded, who))
        states |= {(who, row[0].split()[0]): row[3][2:] for row in rows(browser, ".summary")}
    assert states["flipped-kernel", "toeplitz_1d"] == "part"
    assert states["crashes", "typed_valid"] == states["crashes", "flip"] == "crashed"
    assert states["crashes", "toeplitz_1d"] == "none"
    assert states["crashes", "impostor"] == "part"
    assert states["perfect", "explain_break"] == "waits for a person"
    assert {s for (who, _), s in states.items() if who == "half-done"} == {"not answered"}
    text = Tags(address(graded, "crashes").read_text()).text
    assert "ValueError: expected sequence of length 4" in text
    assert "A person set these points; the tests gave 2." in text
    assert "<em>another</em> signal" in address(graded, "crashes").read_text()


VISIBLE = """
const hides = e => !e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true});
return [...document.querySelectorAll('.parts td, .message dd, .exercise pre')].filter(hides).length
"""


@pytest.mark.slow
@EACH
def test_print_shows_what_the_screen_folds(
    graded: Path, browser: webdriver.Chrome, who: str
) -> None:
    """Except the notebook; and nothing is cut off at the side, on paper about 19 cm wide."""
    visit(browser, address(graded, who))
    assert browser.execute_script(VISIBLE) > 0  # the control: on the screen much is folded
    visit(browser, address(graded, who), 720, media="print")
    assert browser.execute_script(VISIBLE) == 0
    assert browser.execute_script("return document.querySelector('#notebook').offsetHeight") == 0
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 720
    cut = """return [...document.querySelectorAll('.scrolls, pre, table, svg')].filter(
        e => e.scrollWidth > e.clientWidth + 1 && e.getBoundingClientRect().right > 720).length"""
    assert browser.execute_script(cut) == 0


@pytest.mark.slow
@EACH
def test_a_printed_page_is_short(graded: Path, browser: webdriver.Chrome, who: str) -> None:
    """Two sheets an exercise at most, and two for the tables; A4, as browsers print it."""
    visit(browser, address(graded, who), media="print")
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.7})
    sheets = len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed["data"])))
    exercises = browser.execute_script("return document.querySelectorAll('.exercise').length")
    assert 1 <= sheets <= 2 + 2 * exercises


@pytest.mark.slow
@EACH
def test_every_page_shows_the_whole_assignment(
    graded: Path, browser: webdriver.Chrome, who: str
) -> None:
    """Who, each notebook with its points, what waits, and the total that nbgrader exports."""
    visit(browser, address(graded, who))
    with gradebook(graded) as book:
        submission = book.find_submission("toeplitz", who)
        points = {n.name: [f"{n.score:g}", f"{n.max_score:g}"] for n in submission.notebooks}
        total = [f"{submission.score:g}", f"{submission.max_score:g}"]
        waits = submission.needs_manual_grade
    table = {row[0].split()[0]: row for row in rows(browser, ".whole")}
    assert {name: row[1:] for name, row in table.items()} == points
    assert {name for name, row in table.items() if "not handed in" not in row[0]} == {PAGES[who]}
    assert "this page" in table[PAGES[who]][0]
    assert any("a person still grades" in row[0] for row in table.values()) == waits
    foot = browser.execute_script("return document.querySelector('.whole tfoot').innerText")
    assert foot.split() == ["Total", *total]
    assert who in browser.execute_script("return document.querySelector('header').innerText")


@pytest.mark.slow
def test_a_feedback_folder_holds_pages_only(graded: Path) -> None:
    for who, name in PAGES.items():
        folder = address(graded, who).parent
        assert [path.name for path in folder.iterdir()] == [f"{name}.html"]


READABLE = """
const faults = [], all = query => [...document.querySelectorAll(query)];
const check = (good, words) => { if (!good) faults.push(words); };
check(document.documentElement.lang === 'en', 'no lang');
check(document.title.length > 10, 'no title');
check(all('h1').length === 1 && all('main').length === 1, 'not one h1 in one main');
let before = 0;
for (const h of all('h1,h2,h3,h4,h5,h6')) {
    check(+h.tagName[1] <= before + 1, 'heading after h' + before + ': ' + h.outerHTML);
    check(h.textContent.trim(), 'empty heading');
    before = +h.tagName[1];
}
for (const th of all('.summary th, .parts th')) check(th.scope, 'no scope: ' + th.outerHTML);
for (const e of all('[id]')) check(all('#' + CSS.escape(e.id)).length === 1, 'twice: ' + e.id);
for (const a of all('main a')) check(a.textContent.trim(), 'no text: ' + a.outerHTML);
for (const a of all('a[href^="#"]'))
    check(document.getElementById(a.getAttribute('href').slice(1)), 'leads nowhere: ' + a.href);
for (const e of all('[aria-labelledby]'))
    check(document.getElementById(e.getAttribute('aria-labelledby')), 'no label: ' + e.outerHTML);
for (const e of all('img')) check(e.alt, 'no alt');
for (const e of all('svg')) check(e.getAttribute('aria-label'), 'no label of a picture');
for (const e of all('.sign')) check(e.ariaHidden && e.parentElement.textContent.trim().length > 2,
                                    'a sign without a word');
return faults
"""
CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
}
function light(colour) {
    const [r, g, b] = rgba(colour).map(v => v / 255).map(
        v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
const faults = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let seen = 0;
while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility()) continue;
    let ground = e;
    while (ground && rgba(getComputedStyle(ground).backgroundColor)[3] === 0)
        ground = ground.parentElement;
    const style = getComputedStyle(e);
    const ink = light(e.closest('svg') ? style.fill : style.color);
    const paper = light(ground ? getComputedStyle(ground).backgroundColor : 'white');
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    seen += 1;
    if (ratio < 4.5) faults.add(ratio.toFixed(2) + ' ' + e.tagName + '.' + e.className + ' in '
                                + e.parentElement.className);
}
return [seen, [...faults]]
"""


@pytest.mark.slow
@EACH
def test_a_screen_reader_finds_its_way(graded: Path, browser: webdriver.Chrome, who: str) -> None:
    visit(browser, address(graded, who))
    assert browser.execute_script(READABLE) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@EACH
def test_contrast_is_enough(
    graded: Path, browser: webdriver.Chrome, who: str, scheme: str
) -> None:
    """Every text, opened or not, by day and by night: 4.5 to 1 (WCAG 1.4.3)."""
    feature = {"name": "prefers-color-scheme", "value": scheme}
    visit(browser, address(graded, who), features=[feature])
    browser.execute_script(OPEN)
    seen, faults = browser.execute_script(CONTRAST)
    assert seen > 100
    assert faults == []


@pytest.mark.slow
def test_focus_is_seen(graded: Path, browser: webdriver.Chrome) -> None:
    """On every third thing that the Tab key reaches."""
    visit(browser, address(graded, "flipped-kernel"))
    body = browser.find_element("tag name", "body")
    for _ in range(8):
        body.send_keys("\ue004" * 3)
        outline = browser.execute_script(
            "return getComputedStyle(document.activeElement).outlineStyle + "
            "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        )
        assert outline == "solid3"


@pytest.mark.slow
def test_nothing_is_fetched_but_what_sets_formulas(
    graded: Path, browser: webdriver.Chrome
) -> None:
    """Only a notebook with formulas asks for MathJax, as nbgrader's own pages do."""
    script = """return [...document.querySelectorAll('script[src], link[href], img, iframe')]
        .map(e => e.src || e.href).filter(url => !url.startsWith('data:'))"""
    for who in PAGES:
        visit(browser, address(graded, who))
        urls = browser.execute_script(script)
        formulas = "$" in (ROOT / "source" / "toeplitz" / f"{PAGES[who]}.ipynb").read_text()
        assert len(urls) == formulas
        assert all("mathjax" in url for url in urls)


@pytest.mark.slow
def test_hidden_tests_stay_hidden(graded: Path) -> None:
    for who in PAGES:
        page = address(graded, who).read_text()
        for secret in ("HIDDEN TESTS", "MARK SCHEME", "conv_matrix", "Draw(seed", "Rubric("):
            assert secret not in page
