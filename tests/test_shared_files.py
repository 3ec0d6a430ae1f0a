"""The working folder of tests and of a student's kernel: what crosses, and what never does.

Over sockets, without a kernel; tests/constructs/files.toml tries honest files in notebooks.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest
from student_ends import Student, linked

from convgrade import folder, shared_files, wire
from convgrade.course_files import files_changed, files_mentioned, given_to
from convgrade.folder import AS_LAID, Folder
from convgrade.proxy import Undecided
from convgrade.shared_files import SharedFiles
from convgrade.workplace import furnish


def holding(marks: Any, data: Any = b"theirs", there: str = "/there", here: Any = True) -> Student:
    """Return a student's end that says this of its folder, and of what is in the files.

    Of each the same, or by its name.
    """

    def student(connection: socket.socket) -> None:
        try:
            while True:
                request = wire.receive(connection, made=lambda written: None)
                value: Any = "kernel"
                if request["do"] == "folder":
                    value = {"marks": marks, "here": here, "top": there}
                elif request["do"] == "file":
                    value = {
                        name: data[name] if type(data) is dict else data
                        for name in request["names"]
                    }
                wire.send(connection, {"value": value})
        except (EOFError, OSError):
            return

    return student


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a course, in whose furnished copy tests run."""
    course = tmp_path / "course"
    (course / "data").mkdir(parents=True)
    (course / "data" / "rows.csv").write_text("1,2\n")
    (course / "helper.py").write_text("x = 1\n")
    monkeypatch.chdir(furnish(course))
    return course


def here(course: Path) -> SharedFiles:
    return SharedFiles(Path.cwd(), course)


def everything(top: Path) -> dict[str, bytes]:
    found = {p.relative_to(top).as_posix(): p for p in top.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items()}


CROSS = ["a.txt", "b/c/d.csv", "no_end", "ünï.txt", "a b.txt", "data/new.csv", "README.md"]
NEVER = [
    "../up.txt", "/abs.txt", "a/../../b.txt", "a//b.txt", "./a.txt", "a\\b.txt", "a\0b", "", "a/",
    ".hidden", "sub/.git/config", "__pycache__/helper.cpython-311.pyc", "mine.py", "MINE.PY",
    "numpy/__init__.py", "x.pyc", "x.so", "x.cpython-311-x86_64-linux-gnu.so", "x.ipynb", "x.pth",
    "lib.egg", "matplotlibrc", "con:", "a" * 300, "/".join(["d"] * 600), "trailing.", " lead",
    "helper.py", "data/rows.csv", "data", "a\nb",
]  # fmt: skip


@pytest.mark.parametrize("path", [*CROSS, *NEVER], ids=lambda path: repr(path)[:30])
def test_only_plain_files_inside_the_folder_are_brought(course: Path, path: str) -> None:
    """Nothing that Python imports, nothing of the course's, nothing elsewhere."""
    before = everything(course.parent)
    files = here(course)
    with linked(holding({path: (6, 12)}), files=files) as names:
        files.begin(names._link)
    new = {name for name, data in everything(course.parent).items() if before.get(name) != data}
    assert new == ({f"course/.work/{path}"} if path in CROSS else set())


ODD: list[Any] = [
    None, 7, [], {"a.txt": None}, {"a.txt": 5}, {"a.txt": (1,)}, {"a.txt": (-5, 1)},
    {"a.txt": ("6", 1)}, {"a.txt": (2**40, 1)}, {5: (6, 1)}, {b"a.txt": (6, 1)},
    {"a.txt": [6, 1]}, {"a.txt": (6, 1, 2)}, {"a.txt": (True, 1)},
]  # fmt: skip


@pytest.mark.parametrize("marks", ODD, ids=str)
def test_a_folder_that_is_none_brings_nothing(course: Path, marks: Any) -> None:
    before = everything(course)
    files = here(course)
    with linked(holding(marks), files=files) as names:
        files.begin(names._link)
    assert everything(course) == before
    assert not files.arrived


@pytest.mark.parametrize("data", [None, "text", 5, [b"x"], b"x" * (shared_files.MAX_FILE + 1)],
                         ids=lambda data: str(data)[:10])  # fmt: skip
def test_content_that_is_none_is_left_out(course: Path, data: Any) -> None:
    files = here(course)
    with linked(holding({"a.txt": (6, 1)}, data), files=files) as names:
        files.begin(names._link)
    assert not Path("a.txt").exists()


def test_what_is_too_much_is_left_out_and_said(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By number, by size, and in all the tests of a notebook."""
    marks = {f"{n}.txt": (6, n) for n in range(shared_files.MAX_COUNT + 1)}
    files = here(course)
    with linked(holding(marks), files=files) as names:
        files.begin(names._link)
        assert files.beyond
        assert len(list(Path().glob("*.txt"))) == shared_files.MAX_COUNT
    monkeypatch.setattr(shared_files, "MAX_TOTAL", 20)
    files = here(course)
    with linked(
        holding({"x.dat": (8, 1), "y.dat": (8, 1), "z.dat": (8, 1)}), files=files
    ) as names:
        files.begin(names._link)
        assert files.beyond
        assert len(list(Path().glob("*.dat"))) == 2
    flood = {f"{n}": () for n in range(shared_files.MAX_PATHS + 2)}
    with (
        linked(holding(flood), files=here(course)) as names,
        pytest.raises(Undecided, match="more than"),
    ):
        here(course).begin(names._link)


def test_a_file_that_cannot_be_brought_any_more_is_not_there(course: Path) -> None:
    """Better none than what it was before."""
    files, marks = here(course), {"a.txt": (6, 1)}
    with linked(holding(marks), files=files) as names:
        files.begin(names._link)
        assert Path("a.txt").read_bytes() == b"theirs"
        marks["a.txt"] = (2**33, 2)
        files.sync(names._link)
        assert not Path("a.txt").exists()
        assert files.beyond
        assert files.withheld("a.txt")


def test_a_file_follows_what_the_student_makes_of_it(course: Path) -> None:
    files, marks = here(course), {"a.txt": (6, 1)}
    with linked(holding(marks), files=files) as names:
        files.begin(names._link)
        assert Path("a.txt").exists()
        del marks["a.txt"]
        files.sync(names._link)
        assert not Path("a.txt").exists()
        assert not files.withheld("a.txt")


def test_the_courses_files_are_the_courses(course: Path) -> None:
    """But for those that its model solution changes, until the test is over."""
    rows = Path("data/rows.csv")
    for changes, named, kept in (
        (set(), [], True), ({given_to("f")}, [], True), ({"other.csv"}, ["data/rows.csv"], True),
        ({given_to("g")}, ["data/rows.csv"], True),
        ({"data/rows.csv"}, [], False), ({given_to("f")}, ["data/rows.csv"], False),
    ):  # fmt: skip
        os.chdir(furnish(course))
        files = here(course)
        files.changes |= changes
        with linked(holding({"data/rows.csv": (6, 1), "helper.py": (6, 1)}), files=files) as names:
            files.before(names._link, "f", named)
            files.begin(names._link)
            assert (rows.read_bytes() == b"1,2\n") is kept
            assert Path("helper.py").read_text() == "x = 1\n"
            assert files.withheld("data/rows.csv") is kept
        files.restore()
        assert (rows.read_bytes() == b"1,2\n") is (kept or given_to("f") in changes)
    assert (course / "data" / "rows.csv").read_bytes() == b"1,2\n"


def test_the_next_process_begins_with_the_courses_files(course: Path) -> None:
    Path("left.txt").write_text("by the one before")
    Path("helper.py").unlink()
    assert sorted(everything(furnish(course))) == ["data/rows.csv", "helper.py"]


def test_a_link_in_the_folder_leads_nowhere(course: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    Path("way").symlink_to(tmp_path / "outside")
    files = here(course)
    with linked(holding({"way/a.txt": (6, 1)}), files=files) as names:
        files.begin(names._link)
    assert not list((tmp_path / "outside").iterdir())


def test_what_a_test_writes_goes_only_where_it_is_meant_to(course: Path) -> None:
    """By a name that a call is given, or that the model solution mentions."""
    Path("known.ini").write_text("a")
    Path("answer.txt").write_text("42")
    files = here(course)
    (Path("poem.txt")).write_text("roses")
    Path("secret.txt").write_text("42")
    files.reads |= {"names.txt"}
    with linked(holding({"poem.txt": (5, 1), "known.ini": (1, AS_LAID)}), files=files) as names:
        files.active = True
        with pytest.raises(Undecided, match=r"writes the file `secret\.txt`"):
            files.before(names._link, "f", ["poem.txt"])


def test_a_path_is_the_same_place_on_both_sides(course: Path) -> None:
    files = here(course)
    with linked(holding({}), files=files) as names:
        files.begin(names._link)
        top = os.getcwd()
        for theirs, ours in (("/there", top), ("/there/a.txt", f"{top}/a.txt")):
            assert files.here(theirs) == ours
            assert files.there(ours) == theirs
            assert files.here(Path(theirs)) == Path(ours)
        for other in ("/thereabouts", "there", 5, None, ["/there"], b"/there"):
            assert files.here(other) is other


def test_a_kernel_that_has_left_its_folder_is_said(course: Path) -> None:
    with (
        linked(holding({}, here=False)) as names,
        pytest.raises(Undecided, match="has left its working folder"),
    ):
        here(course).begin(names._link)


def test_a_mark_changes_with_the_content(tmp_path: Path) -> None:
    """Also within one tick of the clock, and by the same size."""
    (tmp_path / "laid.txt").write_text("first")
    top = Folder(str(tmp_path))
    assert top.marks() == {"laid.txt": (5, AS_LAID)}
    seen = set()
    for text in ("aaaaa", "bbbbb", "ccccc", "aaaab"):
        (tmp_path / "laid.txt").write_text(text)
        (tmp_path / "new.txt").write_text(text)
        seen |= {tuple(top.marks().values())}
    assert len(seen) == 4
    with open(tmp_path / "large", "wb") as file:
        file.truncate(folder.MAX_FILE + 1)
    assert top.marks()["large"][0] == folder.MAX_FILE + 1


def test_links_pipes_and_hidden_files_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / ".b").write_text("x")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "c").symlink_to("a")
    os.mkfifo(tmp_path / "d")
    assert list(Folder(str(tmp_path)).marks()) == ["a"]


MODELS = [
    ("open('a.txt', 'w')", {"a.txt"}), ("open('a.txt')", set()), ("open(name, 'a')", set()),
    ("def f(name):\n    open(name, 'a')", {given_to("f")}),
    ("class A:\n    def g(self): np.save(self.n, 1)", {given_to("A")}),
    ("open('a.txt', mode='wb')", {"a.txt"}), ("df.to_csv('out/b.csv')", {"out/b.csv"}),
    ("%%writefile c.md\ntext", {"c.md"}), ("x = f(3)", set()),
    ("os.remove('d.txt')", {"d.txt"}), ("not python (", set()),
]  # fmt: skip


@pytest.mark.parametrize(("source", "changed"), MODELS, ids=lambda value: str(value)[:20])
def test_a_model_solution_says_what_it_writes(source: str, changed: set[str]) -> None:
    assert files_changed(source) == changed
    assert {name for name in changed if "(" not in name} <= files_mentioned(source)
