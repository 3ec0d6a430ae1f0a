"""`convgrade report`: numbers against a class counted by hand, and the page in a browser."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import programs
import pytest
from browser import chromium
from conftest import ROOT, make_course, run_nbgrader
from selenium.webdriver.remote.webdriver import WebDriver
from test_postgres import Postgres, postgres  # noqa: F401 (a fixture)
from written_class import (
    COURSE,
    Course,
    Given,
    Key,
    cell,
    notebook,
    output,
    record,
    write_gradebook,
    write_graded,
    write_source,
)

from convgrade import rubric
from convgrade.classroom.times import note_time, read_times
from convgrade.records import RECORD
from convgrade.report.build import Report, build
from convgrade.report.gather import ClassData, Folders, gather
from convgrade.report.gradebook import ReportError, read_gradebook
from convgrade.report.incidents import incidents
from convgrade.report.records import read
from convgrade.report.statistics import difficulty, discrimination, histogram, rests, spread
from convgrade.report.tables import safe, tables

# ------------------------------------------------------------------------- statistics


def test_spread_is_that_of_five_numbers_by_hand() -> None:
    found = spread([0, 1, 2, 3, 10])
    assert (found.count, found.mean) == (5, pytest.approx(3.2))
    assert found.sd == pytest.approx(math.sqrt(62.8 / 4))
    assert (found.least, found.lower, found.median, found.upper, found.most) == (0, 1, 2, 3, 10)


def test_spread_of_nothing_and_of_one_says_so() -> None:
    assert spread([]).count == 0
    assert math.isnan(spread([]).mean)
    assert spread([4]).mean == 4
    assert math.isnan(spread([4]).sd)


def test_histogram_holds_lower_ends_and_loses_nobody() -> None:
    bins = histogram([0, 6.99, 7, 0.1 * 3 * 70, 70, 80, -1], 70)
    assert [(low, high) for low, high, _ in bins] == [(7 * i, 7 * i + 7) for i in range(10)]
    assert [count for *_, count in bins] == [3, 1, 0, 1, 0, 0, 0, 0, 0, 2]
    assert histogram([1], 0) == []


def test_difficulty_is_the_mean_share() -> None:
    assert difficulty(np.array([4, 2, 0, np.nan]), 4) == 0.5
    assert math.isnan(difficulty(np.array([np.nan]), 4))
    assert math.isnan(difficulty(np.array([1.0]), 0))


def test_discrimination_leaves_the_exercise_out_of_the_total() -> None:
    """With 0 for five and 1 for five, and the rest 1 to 10: (8 - 3) / 2.8723 / 2."""
    scores = np.array([[0, i + 1] if i < 5 else [1, i + 1] for i in range(10)], dtype=float)
    rest = rests(scores, [True, True])
    assert rest[:, 0].tolist() == list(range(1, 11))
    assert discrimination(scores[:, 0], rest[:, 0]) == pytest.approx(2.5 / math.sqrt(8.25))
    assert discrimination(1 - scores[:, 0], rest[:, 0]) == pytest.approx(-2.5 / math.sqrt(8.25))


def test_discrimination_needs_ten_and_a_difference() -> None:
    x, y = np.arange(9.0), np.arange(9.0)
    assert math.isnan(discrimination(x, y))
    assert math.isnan(discrimination(np.append(x, np.nan), np.arange(10.0)))
    assert math.isnan(discrimination(np.ones(12), np.arange(12.0)))


# ------------------------------------------------------------ a class counted by hand

M04 = ("M04", "rows are taken for inputs", "notebook 1, 'Type it'")
M10 = ("M10", "what leaves comes in again", "notebook 1, 'Slide it'")
SMALL = Course(
    {"1_a": {"x": 4.0, "y": 2.0}, "2_b": {"z": 4.0, "essay": 2.0}},
    frozenset({("2_b", "essay")}),
    headings={("1_a", "x"): "1.1 Build x   ★★ (3 minutes, 4 points)"},
)
X, Y, Z, ESSAY = SMALL.keys


def of_x(visible: str, random: str, *ideas: tuple[str, str, str]) -> Given:
    made = record("x", 4.0, [("visible", 2.0, visible), ("random", 2.0, random)], ideas)
    return Given(made["earned"], record=made)


def simple(name: str, points: float, verdict: str = "passed", **more: Any) -> Given:
    made = record(name, points, [("all of it", points, verdict)], refused=more.pop("refused", ""))
    return Given(made["earned"], record=made, **more)


def small_class() -> dict[str, dict[Key, Given]]:
    """Twelve students: what they have is counted by hand in the tests."""
    class_: dict[str, dict[Key, Given]] = {}
    for i in range(1, 13):
        class_[f"s{i:02}"] = {
            X: of_x("passed", "passed"), Y: simple("y", 2.0), Z: simple("z", 4.0),
            ESSAY: Given(None, waiting=True),
        }  # fmt: skip
    for i in (5, 6, 7):
        class_[f"s{i:02}"][X] = of_x("passed", "failed", M04)
    class_["s08"][X] = of_x("passed", "failed")
    class_["s09"][X] = of_x("failed", "failed", M04, M10)
    class_["s10"][X] = of_x("failed", "failed")
    class_["s10"][Y] = simple("y", 2.0, "refused", refused="your code reaches 'conv1d'")
    class_["s11"][X] = Given(0.0, comment="No response.", record=of_x("blank", "blank").record)
    class_["s12"][X] = Given(0.0, comment="Your code made Python exit or crash.")
    class_["s03"][Y] = simple("y", 2.0, comment="Repaired: Locked cells: one was missing.")
    refused = "No response.\nNot graded: it is empty."
    class_["s02"] |= {Z: Given(0.0, comment=refused), ESSAY: Given(0.0, comment=refused)}
    class_["s01"][ESSAY] = Given(None, manual=2.0)
    del class_["s12"][Z], class_["s12"][ESSAY]  # nbgrader gives 0 for a notebook left out
    return class_


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small")
    write_source(root, SMALL)
    write_graded(root, SMALL, small_class())
    write_gradebook(f"sqlite:///{root}/gradebook.db", SMALL, small_class(), also=["s13"])
    (root / "nbgrader_config.py").write_text(f"c.CourseDirectory.course_id = {COURSE!r}\n")
    (root / "submitted" / "s14" / "written").mkdir(parents=True)
    for student in ("s01", "s02"):
        note_time(root / ".convgrade.times", "written", student, "1_a", 2.5)
    return root


def gathered(root: Path, url: str = "") -> ClassData:
    folders = Folders(
        root / "source" / "written",
        {path.name: path / "written" for path in (root / "autograded").glob("*")},
        frozenset({"s14"}),
    )
    times = read_times(root / ".convgrade.times", "written")
    book = read_gradebook(url or f"sqlite:///{root}/gradebook.db", "written")
    return gather("written", book, folders, times)


@pytest.fixture(scope="module")
def report(small: Path) -> Report:
    return build(gathered(small))


def test_scores_of_the_small_class(report: Report) -> None:
    """Totals are 2 4 6 6 6 8 8 8 8 10 10 12."""
    whole = report.scores[0]
    assert (whole.points, whole.spread.count) == (12.0, 12)
    assert whole.spread.mean == pytest.approx(88 / 12)
    assert (whole.spread.lower, whole.spread.median, whole.spread.upper) == (6.0, 8.0, 8.5)
    assert [count for *_, count in whole.bins] == [0, 1, 0, 1, 0, 3, 4, 0, 2, 1]
    assert [(row.notebook, row.points) for row in report.scores[1:]] == [("1_a", 6), ("2_b", 6)]


def test_exercises_of_the_small_class(report: Report) -> None:
    x, y, z, essay = report.exercises
    assert x.exercise.heading == "1.1 Build x"
    assert (x.p, x.p_tried) == (0.5, pytest.approx(24 / 44))
    assert (x.full, x.none, x.blank, x.waiting, x.graded) == (4, 4, 1, 0, 12)
    assert x.r == pytest.approx(4 / math.sqrt(32 * (348 - 62**2 / 12)))
    assert x.lost == pytest.approx(20 / 12)
    assert y.p == pytest.approx(22 / 24)
    assert (z.p, z.blank) == (pytest.approx(40 / 48), 1)
    assert math.isnan(essay.p)
    assert (essay.graded, essay.waiting) == (3, 9)


def test_parts_of_the_small_class(report: Report) -> None:
    rows = {(p.exercise.name, p.name): p for p in report.parts}
    random = rows["x", "random"]
    assert (random.passed, random.failed, random.blank, random.tried) == (4, 6, 1, 10)
    visible = rows["x", "visible"]
    assert (visible.passed, visible.failed, visible.blank) == (8, 2, 1)
    assert (visible.visible, random.visible) == (True, False)
    assert rows["y", "all of it"].refused == 1
    assert report.parts[0] is random


def test_misconceptions_of_the_small_class(report: Report) -> None:
    first, second = report.ideas
    assert (first.number, first.students) == ("M04", ["s05", "s06", "s07", "s09"])
    assert first.lost == pytest.approx(8 / 12)
    assert (second.number, second.students) == ("M10", ["s09"])
    assert second.lost == pytest.approx(2 / 12)


def test_incidents_of_the_small_class(report: Report) -> None:
    found = {
        (i.kind.name, i.notebook, i.place, i.words): i.students
        for i in report.incidents
        if i.kind.name != "waiting"
    }
    assert found == {
        ("ungradable", "2_b", "", "it is empty."): ("s02",),
        ("crash", "1_a", "x", "Your code made Python exit or crash."): ("s12",),
        ("rule", "1_a", "y", "your code reaches 'conv1d'"): ("s10",),
        ("absent", "2_b", "", ""): ("s12",),
        ("missing", "", "", ""): ("s13",),
        ("ungraded", "", "", ""): ("s14",),
        ("repair", "1_a", "y", "Locked cells: one was missing."): ("s03",),
    }
    waiting = [i for i in report.incidents if i.kind.name == "waiting"]
    assert [len(i.students) for i in waiting] == [9]


def test_what_to_reteach_in_the_small_class(report: Report) -> None:
    """M10 is one student's idea; z is lost by one submission that is left out, one not read."""
    titles = [advice.title for advice in report.advice]
    assert titles[:2] == ["Rows are taken for inputs (M04)", "1.1 Build x (x)"]
    assert "4 of 12 have this idea" in report.advice[0].why
    assert report.advice[0].reread == "notebook 1, 'Type it'"
    # All that x loses, without what the two misconceptions explain.
    assert report.advice[1].lost == pytest.approx(20 / 12 - 8 / 12 - 2 / 12)
    assert "Most often failed: random (6 of 10)" in report.advice[1].why
    assert report.advice[1].reread == "1_a, '1.1 Build x'"


def test_an_exercise_that_most_wait_for_is_not_judged(small: Path) -> None:
    """Five of twelve have been graded: too early to say."""
    data = gathered(small)
    data.scores[2:4, 3] = 0.0
    data.waiting[2:4, 3] = False
    found = build(data)
    assert math.isnan(found.exercises[3].p)
    assert not any("essay" in advice.title or "nan" in advice.why for advice in found.advice)


def test_times_of_the_small_class(report: Report) -> None:
    assert [(t.notebook, t.seconds.count, t.seconds.mean) for t in report.times] == [
        ("1_a", 2, 2.5)
    ]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("A call of your function took longer than 20 s and was stopped.", "timeout"),
        ("This cell was left out: it ran longer than 60 s and could not be stopped.", "timeout"),
        ("The time for this test is used up.", "timeout"),
        (
            "This cell was left out: it made Python exit or crash, or used too much memory.",
            "crash",
        ),
        ("The test cell ended in 'x', of type str.", "fault"),
    ],
)
def test_notes_are_told_apart(words: str, kind: str) -> None:
    data = ClassData("a", [], ["ada"], np.zeros((1, 0)), np.zeros((1, 0), dtype=bool))
    data.comments = [("ada", "1_a", "x", words)]
    assert [i.kind.name for i in incidents(data)] == [kind]


# ---------------------------------------------------------------------- whom to believe


def written(path: Path, *cells: Any) -> Path:
    path.write_text(json.dumps(notebook(cells)))
    return path


GOOD = record("x", 4.0, [("visible", 4.0, "passed")])
TEST = {"grade": True, "locked": True}


def test_records_of_rubrics_are_read(tmp_path: Path) -> None:
    """The form that `convgrade.rubric` writes is the one that is read, and that tests write."""
    assert RECORD == rubric.RECORD
    scored = rubric.Rubric("x", 4.0, lambda n: n + 1, lambda n: n)
    scored.equal("visible", 1.5, [(3,)], visible=True)
    scored.equal("random", 2.5, [(5,)], lambda n: n + 1)
    true = scored.record(2.5, [])
    assert {*GOOD, *GOOD["parts"][0]} <= {*true, *true["parts"][0]}
    found = read(written(tmp_path / "n.ipynb", cell("x_test", "", [output(true)], **TEST)))
    assert [(p.name, p.points, p.visible, p.verdict) for p in found.records["x_test"].parts] == [
        ("visible", 1.5, True, "failed"), ("random", 2.5, False, "passed"),
    ]  # fmt: skip
    assert found.records["x_test"].earned == 2.5


@pytest.mark.parametrize(
    "cells",
    [
        [cell("x", "", [output(GOOD)], solution=True)],
        [cell("x", "", [output(GOOD)], solution=True, grade=True)],
        [cell("x", "", [output(GOOD)], locked=True)],
        [{**cell("x", "", [output(GOOD)]), "metadata": {}}],
        [{**cell("x", "", [output(GOOD)], **TEST), "cell_type": "raw"}],
        [cell("x", "", [output(GOOD)], **TEST), cell("x", "", [], **TEST)],
        [cell("x", json.dumps(output(GOOD)), [], **TEST)],
        [cell("x", "", [{"output_type": "stream", "text": json.dumps(output(GOOD))}], **TEST)],
    ],
    ids=["answer", "written answer", "locked", "unmarked", "raw", "twice", "source", "printed"],
)
def test_only_outputs_of_test_cells_are_believed(tmp_path: Path, cells: list[Any]) -> None:
    assert read(written(tmp_path / "n.ipynb", *cells)).records == {}


@pytest.mark.parametrize(
    "change",
    [
        {"parts": None}, {"parts": [1]}, {"earned": "4"}, {"earned": True}, {"earned": math.nan},
        {"parts": [{**GOOD["parts"][0], "verdict": "great"}]}, {"refused": 3},
        {"misconceptions": [{"number": 1, "name": "", "reread": ""}]},
        {"misconceptions": {"a": 1}},
    ],
)  # fmt: skip
def test_records_of_another_form_are_no_records(tmp_path: Path, change: dict[str, Any]) -> None:
    path = written(tmp_path / "n.ipynb", cell("x", "", [output({**GOOD, **change})], **TEST))
    assert read(path).records == {}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"cells": 3}', "[" * 100_000])
def test_files_that_are_no_notebooks_end_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "n.ipynb").write_text(text)
    found = read(tmp_path / "n.ipynb")
    assert found.records == {}
    assert found.problem


def test_cells_that_are_no_cells_end_nothing(tmp_path: Path) -> None:
    found = read(written(tmp_path / "n.ipynb", 3, None, cell("x", "", [output(GOOD)], **TEST)))
    assert list(found.records) == ["x"]


def test_notebooks_graded_for_another_gradebook_are_left_out(small: Path, tmp_path: Path) -> None:
    class_ = small_class()
    class_["s05"][X] = Given(4.0)  # the graded notebook says 2
    write_gradebook(f"sqlite:///{tmp_path}/other.db", SMALL, class_)
    found = build(gathered(small, f"sqlite:///{tmp_path}/other.db"))
    assert found.data.stale == 1
    assert found.ideas[0].students == ["s06", "s07", "s09"]


def test_times_survive_a_run_that_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "times"
    note_time(path, "a", "ada", "1", 1.0)
    note_time(path, "a", "ada", "1", 3.0)
    with path.open("a") as file:
        file.write('\n{"assignment": "a", "stud')
    note_time(path, "a", "bob", "1", 2.0)
    note_time(path, "other", "bob", "1", 9.0)
    assert read_times(path, "a") == {("ada", "1"): 3.0, ("bob", "1"): 2.0}
    assert read_times(tmp_path / "none", "a") == {}


# ------------------------------------------------------------------------------- CSV


@pytest.mark.parametrize("text", ["=1+1", "+x", "-y", "@z", "\t=1", "a;=1", "a,=1", "\uff1d1"])
def test_formulas_are_defused(text: str) -> None:
    """Also behind the separators at which spreadsheets of some countries take fields apart."""
    assert not re.search(r"(^|[,;\t\r\n])[=+\-@\t\r\uff1d]", safe(text))
    assert safe(text).replace("'", "") == text


@pytest.mark.parametrize("text", ["ada", "4b-7", "a@b.example", "1, 2", "", "O'Neill", "x = 3"])
def test_other_texts_stay(text: str) -> None:
    assert safe(text) == text


# ------------------------------------------------------------------- command and page

HOSTILE = {
    "script": "<script>window.hit = 1</script>",
    "picture": '"><img src=x onerror="window.hit=1">',
    "formula": "=cmd|' /C calc'!A0",
    "style": "</style><h1>x",
    "template": "{{ 7 * 191 }}",
}
LONG = "an_id_without_a_place_to_break_" * 5


def convgrade(root: Path, *words: str, status: int = 0) -> str:
    done = programs.run("convgrade", "report", *words, cwd=root, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == status, said
    assert "Traceback" not in said
    return said


def read_csv(folder: Path) -> dict[str, list[list[str]]]:
    found = {}
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            found[path.stem] = list(csv.reader(file, strict=True))
    return found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, small: Path) -> Path:
    """Return a course where ids, words of records and comments try what they can, reported."""
    root = tmp_path_factory.mktemp("hostile")
    class_ = small_class()
    for i, text in enumerate([*HOSTILE.values(), LONG, *(f"n{i}" for i in range(7))]):
        bad = record("x", 4.0, [(text, 4.0, "failed")], [("M99", text, text)])
        class_[text.replace("/", "\u2215")] = {  # what no folder can be called
            X: Given(0.0, record=bad, comment=f"Repaired: {text}"),
            Y: simple("y", 2.0, "refused", refused=text, comment=f"Crash {i}: {text}"),
        }
    write_source(root, SMALL)
    write_graded(root, SMALL, class_)
    write_gradebook(f"sqlite:///{root}/gradebook.db", SMALL, class_)
    shutil.copy(small / ".convgrade.times", root)
    convgrade(root, "written")
    return root


@pytest.mark.slow
def test_the_command_writes_page_and_tables(small: Path, tmp_path: Path) -> None:
    said = convgrade(small, "written", "--to", str(tmp_path / "there"))
    assert "12 submissions" in said
    assert "Reteach first: Rows are taken for inputs (M04)" in said
    page = (tmp_path / "there" / "written.html").read_text()
    assert "1.1 Build x" in page
    files = read_csv(tmp_path / "there" / "written")
    assert sorted(files) == sorted(table.name for table in tables(build(gathered(small))))
    assert ["M04", "1_a", "x", "s06"] in files["misconception_students"]
    assert files["students"][1][:4] == ["s01", "12", "6", "6"]
    every = (tmp_path / "there" / "written" / "scores.csv").read_bytes()
    assert every.count(b"\r\n") == every.count(b"\n") == 4


@pytest.mark.slow
def test_the_command_refuses_politely(small: Path, tmp_path: Path) -> None:
    said = convgrade(small, "fourier", status=2)
    assert "There is no assignment 'fourier'. There are: written." in said
    nowhere = f"sqlite:///{tmp_path}/none.db"
    said = convgrade(small, "written", "--db", nowhere, status=2)
    assert f"There is no gradebook at {nowhere}." in said
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "empty.db").touch()
    said = convgrade(small, "written", "--db", f"sqlite:///{tmp_path}/empty.db", status=2)
    assert "is no gradebook of nbgrader's" in said
    assert "Say which assignment: convgrade report ASSIGNMENT" in convgrade(small, status=2)
    help_ = convgrade(small, "--help")
    assert all(option in help_ for option in ("--to", "--db", "--course", "--course-dir"))


def test_an_assignment_that_nobody_has_graded_is_named(tmp_path: Path) -> None:
    write_gradebook(f"sqlite:///{tmp_path}/book.db", SMALL, {}, also=["ada"])
    with pytest.raises(ReportError, match=r"Nothing of 'written' is graded in .*grade written"):
        read_gradebook(f"sqlite:///{tmp_path}/book.db", "written")


def test_passwords_are_not_shown(tmp_path: Path) -> None:
    url = "postgresql+psycopg2://teacher:secret@localhost:1/none"
    with pytest.raises(ReportError) as raised:
        read_gradebook(url, "written")
    assert "secret" not in str(raised.value)
    assert "cannot be read" in str(raised.value)


@pytest.mark.slow
def test_a_class_without_records_and_times_is_told_so(tmp_path: Path) -> None:
    few = {name: has for name, has in small_class().items() if name < "s04"}
    bare = {s: {k: Given(g.auto, g.manual) for k, g in has.items()} for s, has in few.items()}
    write_graded(tmp_path, SMALL, bare)  # and no source notebooks
    write_gradebook(f"sqlite:///{tmp_path}/gradebook.db", SMALL, bare)
    convgrade(tmp_path, "written")
    page = (tmp_path / "report" / "written.html").read_text()
    assert "The graded notebooks hold no records" in page
    assert "3 graded submissions are too few for discrimination" in page
    assert "There is no information about misconceptions" in page
    assert "There is no information about parts" in page
    assert "There is no information about time" in page


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    with chromium() as page:
        yield page


def opened(page: WebDriver, path: Path, width: int) -> None:
    """Open a page at a width, with everything unfolded."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.get(path.as_uri())
    page.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_and_asks_nobody_for_anything(
    browser: WebDriver, hostile: Path, width: int
) -> None:
    opened(browser, hostile / "report" / "written.html", width)
    inner = browser.execute_script("return document.documentElement.clientWidth")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= inner
    asked = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    assert [name for name in asked if not name.startswith("data:")] == []
    said = [entry["message"] for entry in browser.get_log("browser")]
    assert said == []


@pytest.mark.slow
def test_hostile_texts_are_shown_and_do_nothing(browser: WebDriver, hostile: Path) -> None:
    opened(browser, hostile / "report" / "written.html", 1280)
    assert browser.execute_script("return [document.scripts.length, document.images.length]") == [
        0, 0,
    ]  # fmt: skip
    assert browser.execute_script("return window.hit === undefined")
    assert browser.execute_script("return document.querySelectorAll('h1').length") == 1
    text = browser.execute_script("return document.body.textContent")
    for words in HOSTILE.values():
        assert words in text
    for name, rows in read_csv(hostile / "report" / "written").items():
        for row in rows:
            for field in row:
                number = re.fullmatch(r"-?[\d.]+", field)
                assert number or not re.match(r"[=+\-@\t\r]", field), (name, field)


@pytest.mark.slow
def test_every_number_of_the_page_is_in_a_csv_file(browser: WebDriver, hostile: Path) -> None:
    """To as many places as the page has; its date, and the names of notebooks, apart."""
    opened(browser, hostile / "report" / "written.html", 1280)
    text = browser.execute_script(
        "document.querySelector('header p').remove(); return document.body.innerText + "
        "[...document.querySelectorAll('desc')].map(d => ' ' + d.textContent).join()"
    ).replace("\u2212", "-")
    form = r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])"
    fields = {f for rows in read_csv(hostile / "report" / "written").values() for row in rows
              for f in row}  # fmt: skip
    known = {float(n) for field in fields for n in re.findall(form, field)}
    missing = [
        word
        for word in re.findall(form, text)
        if not any(
            abs(float(word) - n) <= 0.5000001 * 10.0 ** -len(word.partition(".")[2])
            if "." in word else float(word) == n
            for n in known
        )
    ]  # fmt: skip
    assert missing == []
    assert len(re.findall(form, text)) > 100


@pytest.mark.slow
def test_tables_and_charts_are_accessible(browser: WebDriver, hostile: Path) -> None:
    opened(browser, hostile / "report" / "written.html", 390)
    assert browser.execute_script(
        "return [...document.querySelectorAll('th')].filter(t => !t.scope).length"
    ) == 0  # fmt: skip
    assert browser.execute_script(
        "return [...document.querySelectorAll('svg')].filter("
        "s => s.getAttribute('aria-hidden') != 'true' && !s.querySelector('title')).length"
    ) == 0  # fmt: skip
    assert browser.execute_script("return document.documentElement.lang") == "en"
    # On a phone rows become blocks; what cells are is then said by their roles.
    assert browser.execute_script(
        "return [...document.querySelectorAll('td')].filter(t => !t.role).length"
    ) == 0  # fmt: skip


@pytest.mark.slow
def test_postgresql_reads_like_sqlite(postgres: Postgres, small: Path) -> None:  # noqa: F811
    write_gradebook(postgres.url, SMALL, small_class(), also=["s13"])
    here, there = (tables(build(gathered(small, url))) for url in ("", postgres.url))
    assert [list(map(repr, table.rows)) for table in here] == [
        list(map(repr, table.rows)) for table in there
    ]


# ------------------------------------------------------------------------ a real class


@pytest.mark.slow
def test_a_class_that_is_really_graded(tmp_path: Path) -> None:
    """One notebook of four submissions: what is known about them stands in the report."""
    root, name = make_course(tmp_path, "1_toeplitz_1d.ipynb"), "1_toeplitz_1d.ipynb"
    run_nbgrader(root, "generate_assignment", "toeplitz")
    for student in ("perfect", "transposed", "kernel-death", "forbidden-call"):
        folder = root / "submitted" / student / "toeplitz"
        folder.mkdir(parents=True)
        shutil.copy(ROOT / "submitted" / student / "toeplitz" / name, folder)
    graded = programs.run("convgrade", "grade", "toeplitz", "--workers", "1", cwd=root)
    assert graded.returncode == 0, graded.stdout + graded.stderr

    def state() -> dict[Path, str]:
        files = [root / "gradebook.db", *(root / "autograded").rglob("*.ipynb")]
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = state()
    convgrade(root, "toeplitz")
    assert state() == before
    files = read_csv(root / "report" / "toeplitz")
    assert {tuple(row[::3]) for row in files["misconception_students"][1:]} == {
        ("M04", "transposed")
    }
    kinds = {(row[0], row[4]) for row in files["incidents"][1:]}
    assert {("crash", "kernel-death"), ("rule", "forbidden-call")} <= kinds
    assert files["time"][1][:2] == ["1_toeplitz_1d", "4"]
    assert [row[:2] for row in files["students"][1:]][2] == ["perfect", "20"]


def test_the_documentation_names_every_file(report: Report) -> None:
    text = (ROOT / "docs" / "grading-a-class.md").read_text()
    assert [table.name for table in tables(report) if f"`{table.name}.csv`" not in text] == []
