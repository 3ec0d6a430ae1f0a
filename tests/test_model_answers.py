"""Model answers on feedback pages: off, on, for whom, from where, and how they look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from browser import chromium
from conftest import ROOT
from gate import read_answers
from selenium import webdriver
from test_feedback import CONTRAST, OPEN, READABLE, VISIBLE, Tags, visit
from tiny import RIGHT, SUMS, Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ON = '\nc.ModelAnswers.assignments = ["tiny"]\n'
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
OWN = {"total": "np.sum(numbers)", "double": "2 * x", "why": "addition"}  # in the source only
OTHERS = f"""# Told to nobody: this stands above the first heading.
# %% total | a loop {EVIL}
def total(numbers):
    result = 0.0  # one-by-one {EVIL}
    for number in numbers:
        result += number
    return result

# %% double | twice the same
def double(x):
    return x + x

# %% [markdown] why | in brief
# The *order* of a sum is $a + b = b + a$ {EVIL}
# %%
nobody = "sees this"
# %% tottal | misspelt
def tottal(): ...
"""
STYLES = {"total": "one-by-one", "double": "x + x", "why": "of a sum is"}
WRONG = "# grade_id: total\ndef total(numbers):\n    return 3.0  # mine"


def switch(course: Tiny, line: str) -> None:
    path = course.root / "nbgrader_config.py"
    path.write_text(path.read_text() + line)


SECTION = r'<section [^>]*class="exercise.*?</section>'


def sections(page: str) -> dict[str, str]:
    """Return the source of a page's exercises by name."""
    found = re.findall(SECTION, page, flags=re.DOTALL)
    return {re.search(r'id="exercise-(\w+)"', text)[1]: Tags(text).text for text in found}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a graded course: ada is wrong once, bob is right; feedback is made, as by default."""
    course = Tiny.make(tmp_path_factory.mktemp("models"))
    path = course.root / "source" / "tiny" / f"{SUMS}.ipynb"
    nb = nbformat.read(path, as_version=4)
    why = next(cell for cell in nb.cells if cell.id == "why")
    why.source = (
        f"<!-- grade_id: why -->\nAnswer here.\n### BEGIN SOLUTION\n{OWN['why']} {EVIL}\n"
        "### BEGIN MARK SCHEME\nhalf a point for luck\n### END MARK SCHEME\n### END SOLUTION"
    )
    nbformat.write(nb, path)
    folder = course.root / "model_answers" / "tiny"
    folder.mkdir(parents=True)
    (folder / f"{SUMS}.py").write_text(OTHERS)
    course.run("generate_assignment", "tiny", "--force")
    spy = (
        f"{RIGHT['double']}\nimport pathlib\n"
        f"for path in ({str(folder)!r}, '.', '..', '../..', {str(course.root)!r}):\n"
        "    for file in pathlib.Path(path).rglob('*'):\n"
        "        if file.is_file(): print(file.read_text(errors='replace')[:100000])"
    )
    course.hand_in("ada", {**RIGHT, "total": WRONG, "why": "order"})
    course.hand_in("bob", {**RIGHT, "double": spy})
    course.grade(status=0)
    course.run("generate_feedback", "tiny")
    course.run("db", "student", "add", "eve")
    return course


@pytest.fixture(scope="module")
def shown(course: Tiny, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tiny, str]:
    """Return the course with the setting on, and what generate_feedback logged."""
    course = course.copy(tmp_path_factory.mktemp("shown"))
    switch(course, ON)
    run = course.run("generate_feedback", "tiny")
    return course, run.stdout + run.stderr


def test_off_until_switched_on(course: Tiny) -> None:
    """No text of a solution stands on the page, not even folded or in a comment."""
    page = course.page("ada")
    assert "# mine" in Tags(page).text  # the control: her own answers are there
    text = Tags(page).text
    for words in (OWN["total"], OWN["why"], *STYLES.values(), "model answer"):
        assert words not in text
        assert words not in page


def test_neither_release_nor_kernel_nor_graded_file_holds_them(course: Tiny) -> None:
    """Bob's answer prints every file that it finds."""
    for folder in ("release", "autograded"):
        files = [path for path in (course.root / folder).rglob("*") if path.is_file()]
        assert files
        for path in files:
            text = path.read_text(errors="replace")
            assert not any(words in text for words in STYLES.values()), path
    printed = next(c.outputs for c in course.graded("bob").cells if c.id == "double")
    assert "1,2" in str(printed)  # the control: the course's table lies beside the notebook
    assert OWN["why"] not in str(printed)


def test_shown_for_what_lost_points_and_nothing_else(shown: tuple[Tiny, str]) -> None:
    course, _ = shown
    ada = sections(course.page("ada"))
    assert "Your answer beside 2 model answers" in ada["total"]
    assert OWN["total"] in ada["total"]
    assert STYLES["total"] in ada["total"]
    assert "# mine" in ada["total"]
    bob = sections(course.page("bob"))
    for page in (ada["double"], ada["why"], *bob.values()):
        assert "model answer" not in page
        assert not any(words in page for words in STYLES.values())


def test_nothing_but_answers_is_shown(shown: tuple[Tiny, str]) -> None:
    """Neither marks, marking guides, hidden tests nor what stands under no exercise's heading."""
    course, _ = shown
    page = course.page("ada")
    for words in ("BEGIN SOLUTION", "half a point", "Told to nobody", "sees this", "tottal",
                  "canary-in", "grade_id: total\n\n"):  # fmt: skip
        assert words not in page


def test_an_instructor_is_told_what_matters(shown: tuple[Tiny, str]) -> None:
    """Who has not handed in; what will be shown nowhere. Once, not once a student."""
    _, log = shown
    assert log.count("nothing of it is graded of: eve") == 1
    assert log.count("'tottal' is no answer cell") == 1
    assert "double, total, why" in log


def test_pages_follow_the_setting_and_a_decision(shown: tuple[Tiny, str], tmp_path: Path) -> None:
    course = shown[0].copy(tmp_path)
    assert "Skipping" in course.run("generate_feedback", "tiny").stderr
    course.give("ada", "why", 1.0)
    course.give("bob", "why", 2.0)
    course.run("generate_feedback", "tiny")
    ada = sections(course.page("ada"))["why"]
    assert OWN["why"] in ada
    assert "order of a sum is" in ada
    assert "half a point" not in ada
    assert "model answer" not in course.page("bob").split("</style>")[-1]
    switch(course, "c.ModelAnswers.assignments = ['tinny']\n")
    log = course.run("generate_feedback", "tiny").stderr
    assert "names tinny, and there is no" in log
    assert "model answer" not in Tags(course.page("ada")).text


def test_whatever_a_model_answer_says_is_text(shown: tuple[Tiny, str]) -> None:
    """Code, the name of a style, and Markdown; her own answer as the control."""
    course, _ = shown
    page = course.page("ada")
    sections = "".join(re.findall(SECTION, page, flags=re.DOTALL))
    tags = Tags(sections)
    assert not tags.acts
    assert "script" not in tags.tags
    assert tags.text.count(EVIL) == 2  # the name of the style, and the comment


# -------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as page:
        yield page


PLACES = """return [...document.querySelectorAll('.beside > div')].map(e => {
    const r = e.getBoundingClientRect(); return [r.left, r.top, r.right]})"""


def test_beside_on_a_screen_and_below_on_a_phone(
    shown: tuple[Tiny, str], browser: webdriver.Chrome
) -> None:
    path = shown[0].folder("ada", "feedback") / f"{SUMS}.html"
    visit(browser, path, 1280)
    browser.execute_script(OPEN)
    own, model, _ = browser.execute_script(PLACES)
    assert own[1] == model[1]
    assert own[2] < model[0]
    assert browser.execute_script(READABLE) == []
    for scheme in ("light", "dark"):
        visit(browser, path, features=[{"name": "prefers-color-scheme", "value": scheme}])
        browser.execute_script(OPEN)
        assert browser.execute_script(CONTRAST)[1] == []
    visit(browser, path, 390)
    browser.execute_script(OPEN)
    own, model, other = browser.execute_script(PLACES)
    assert own[0] == model[0] == other[0]
    assert own[1] < model[1] < other[1]
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    visit(browser, path, 720, media="print")
    assert browser.execute_script(VISIBLE) == 0


# ----------------------------------------------------------- this course's own answers


@pytest.mark.parametrize("path", sorted((ROOT / "model_answers").glob("*/*.py")), ids=str)
def test_each_further_answer_of_this_course_is_one_that_gets_all_points(path: Path) -> None:
    """The gate grades those of tests/answers; what is shown is one of them, word for word."""
    right = {
        (a.exercise, a.title): a.source for a in read_answers()
        if a.notebook == path.stem and a.assignment == path.parent.name and a.kind == "correct"
    }  # fmt: skip
    shown: list[Any] = re.findall(r"^# %% (\w+) \| (.*)$", path.read_text(), flags=re.MULTILINE)
    assert shown
    for exercise, style in shown:
        body = path.read_text().split(f"# %% {exercise} | {style}\n")[1].split("\n# %%")[0]
        assert right[exercise, style] == f"# grade_id: {exercise}\n{body.strip()}"
    exercises = {exercise for exercise, _ in right}
    assert {exercise for exercise, _ in shown} == exercises
