"""A feedback page of any course: who it is for, the whole assignment, pictures inside the page."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest
from tiny import MEANS, SUMS, Tiny

from convgrade.plugins.colab import badge_png

pytestmark = pytest.mark.slow

LATE = "late & <co>"
COURSE_TEXT = """<details><summary>Look</summary>

![a picture](data/figure.png) and <img alt="again" src="data/figure.png"> <b>bold</b>

</details>

**after**"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Grade two students, one of them late and with one notebook only."""
    tiny = Tiny.make(tmp_path_factory.mktemp("overview"))
    folder = tiny.root / "source" / "tiny"
    (folder / "data" / "figure.png").write_bytes(badge_png())
    nb = nbformat.read(folder / f"{MEANS}.ipynb", as_version=4)
    nb.cells.insert(0, v4.new_markdown_cell(COURSE_TEXT, id="look"))
    nbformat.write(nb, folder / f"{MEANS}.ipynb")
    with (tiny.root / "nbgrader_config.py").open("a") as file:
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    tiny.run("generate_assignment", "tiny", "--force")
    tiny.run("db", "assignment", "add", "tiny", "--duedate=2027-03-10 12:00:00 UTC")
    tiny.hand_in("Ann")
    tiny.hand_in(LATE, names=(SUMS,))
    (tiny.folder(LATE) / "timestamp.txt").write_text("2027-03-10 15:00:00 UTC")
    tiny.grade()
    tiny.run("db", "student", "add", "Ann", "--first-name=Ann B.", "--last-name=<i>Doe</i>")
    tiny.run("generate_feedback", "tiny", "--force")
    return tiny


def words(page: str) -> str:
    """Return the text of a page's beginning, before its exercises."""
    body = page.split("<main")[1].split('id="summary"')[0]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_the_page_says_who_and_how_much_of_the_whole(graded: Tiny) -> None:
    page = graded.page("Ann", MEANS)
    assert "for Ann B. &lt;i&gt;Doe&lt;/i&gt; (Ann)" in words(page)
    assert "The whole assignment: 9 of 11 points so far" in words(page)
    assert f"{SUMS} a person still grades 2 of the points 5 7 {MEANS} this page 4 4" in words(page)
    assert f'href="{SUMS}.html"' in page
    assert "Late submission penalty" not in words(page)


def test_a_late_student_and_a_missing_notebook(graded: Tiny) -> None:
    page = graded.page(LATE, SUMS)
    assert "for late &amp; &lt;co&gt;" in words(page)
    assert f"{MEANS} not handed in 0 4" in words(page)
    assert "Late submission penalty -5 Total 0 11" in words(page)
    assert f'href="{MEANS}.html"' not in page


def test_nothing_but_pages_lies_there_and_pictures_are_in_them(graded: Tiny) -> None:
    assert (graded.folder("Ann", "autograded") / "data" / "table.csv").is_file()
    found = sorted(p.name for p in graded.folder("Ann", "feedback").rglob("*"))
    assert found == [f"{SUMS}.html", f"{MEANS}.html"]
    page = graded.page("Ann", MEANS)
    inside = base64.b64encode(badge_png()).decode()
    assert page.count(f'src="data:image/png;base64,{inside}"') == 2
    assert "data/figure.png" not in page
    notebook = page.split('id="notebook"')[1]
    for tag in ("details", "b", "strong"):  # nbconvert's own embedding loses closing tags
        assert notebook.count(f"<{tag}>") == notebook.count(f"</{tag}>") > 0


def test_a_picture_elsewhere_is_not_taken(graded: Tiny, tmp_path: Path) -> None:
    """Nor does the page of one student hold another's file."""
    secret = graded.root / "secret.png"
    secret.write_bytes(badge_png())
    tiny = graded.copy(tmp_path / "course")
    (tiny.root / "secret.png").write_bytes(badge_png() + b"secret")
    answer = "<!-- grade_id: why -->\nBecause ![x](../../../secret.png) so."
    tiny.hand_in("thief", {"why": answer})
    tiny.grade("--student", "thief")
    tiny.run("generate_feedback", "tiny", "--student", "thief")
    assert base64.b64encode(badge_png()).decode()[:-8] not in tiny.page("thief")


def test_a_picture_named_often_does_not_blow_up_the_page(graded: Tiny, tmp_path: Path) -> None:
    """Pages hold pictures of 10 MiB in all; what has no room stays a file's name."""
    tiny = graded.copy(tmp_path / "course")
    names = "".join("![x](big.png)" for _ in range(50))
    tiny.hand_in("greedy", {"why": f"<!-- grade_id: why -->\n{names}"})
    (tiny.folder("greedy") / "big.png").write_bytes(badge_png() + bytes(3 * 2**20))
    tiny.grade("--student", "greedy")
    tiny.run("generate_feedback", "tiny", "--student", "greedy")
    page = tiny.page("greedy")
    assert 4 * 2**20 < len(page) < 20 * 2**20
    assert 'src="big.png"' in page
