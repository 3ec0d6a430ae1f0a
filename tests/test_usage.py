"""Wrong use of a command: one line that says what is wrong and what there is, status 2."""

from __future__ import annotations

from pathlib import Path

import programs
import pytest
from tiny import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    made = Tiny.make(tmp_path_factory.mktemp("course"))
    for student in ("ada", "bob"):
        made.hand_in(student)
    (made.root / "broken.db").write_text("no database")
    return made


def run(root: Path, words: str) -> tuple[int, list[str]]:
    done = programs.run("convgrade", *words.split(), cwd=root, timeout=200)
    return done.returncode, (done.stdout + done.stderr).splitlines()


WRONG = {
    "grade tiny --workers 0": "'workers' trait of a ClassRunner",
    "grade tiny --workers two": "expected an int, not the str 'two'",
    "grade tiny --scheduler nonsense": "--scheduler=nonsense is no address. One looks like tcp:",
    "grade tiny --scheduler gopher://host:1": "--scheduler=gopher://host:1 is no address.",
    "grade tiny --wokers 2": "There is no option --wokers. Did you mean --workers",
    "grade tiny --wokers=2": "There is no option --wokers. Did you mean --workers",
    "grade tiny --forc": "There is no option --forc. Did you mean --force",
    "grade tiny --force=3": "--force: ignored explicit argument '3'",
    "grade tiny --student": "expected one argument",
    "grade tiny --ClassRunner.wrkers=3": "ClassRunner has no setting wrkers. Did you mean workers",
    "grade tiny --ClasRunner.workers=3": "no settings of ClasRunner. Did you mean ClassRunner?",
    "grade tny": "There is no assignment 'tny'. Did you mean tiny? There are: tiny.",
    "grade": "Say which assignment: convgrade grade ASSIGNMENT. There are: tiny.",
    "grade tiny tiny2": "Only one argument, the assignment, may be given",
    "grade tiny --student ad": "--student=ad is no student's name or pattern of names. Did you "
    "mean ada? In submitted/ there are: ada, bob.",
    "grade tiny --db sqlite:///gradebok.db": "There is no gradebook at sqlite:///gradebok.db. Did "
    "you mean gradebook.db",
    "grade tiny --db sqlite:///broken.db": "sqlite:///broken.db cannot be read: file is not a",
    "grade tiny --db nonsense": "The gradebook's address (--db) cannot be used",
    "report tny": "There is no assignment 'tny'. Did you mean tiny? There are: tiny.",
    "report tiny --student x": "There is no option --student.",
    "report tiny --db sqlite:///broken.db": "sqlite:///broken.db cannot be read: file is not a",
    "collect tiny": "Say which assignment and which download: convgrade collect ASSIGNMENT",
    "collect tiny none.zip --dry-rum": "no option --dry-rum. Did you mean --dry-run",
    "collect tiny none.zip --rooster x.csv": "no option --rooster. Did you mean --roster",
    "collect tiny none.zip": "none.zip",
    "new-course": "Say where: convgrade new-course FOLDER",
    "new-course there --asignment tiny": "no option --asignment. Did you mean --assignment",
    "new-course . --assignment tny": "There is no assignment tny, only ",
    "doctor foo": "convgrade doctor takes no argument, ",
    "foo": "There is no command convgrade foo. There are: ",
    "grad tiny": "There is no command convgrade grad. Did you mean grade?",
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_use_is_one_line_with_what_there_is(course: Tiny, words: str) -> None:
    status, said = run(course.root, words)
    assert WRONG[words] in "\n".join(said)
    assert len(said) == 1
    assert status == 2


def test_nothing_was_graded_or_made_by_wrong_use(course: Tiny) -> None:
    """Runs last of this file: after all of the above."""
    assert course.points("ada") == {}
    assert not (course.root / "gradebok.db").exists()
    assert not (course.root / "there").exists()
