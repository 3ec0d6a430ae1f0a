"""What lies in submitted/ and not where nbgrader looks is named, with what to do."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory

from convgrade.classroom.astray import Astray, find_astray

KNOWN = ["1_toeplitz_1d", "3_padding"]
NOTEBOOK = "1_toeplitz_1d.ipynb"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path, f"fine/toeplitz/{NOTEBOOK}")
    return tmp_path


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / "submitted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


def look(root: Path, student: str = "*", students: tuple[str, ...] = ("fine",)) -> Astray:
    coursedir = CourseDirectory(root=str(root), assignment_id="toeplitz", student_id=student)
    return find_astray(coursedir, students, KNOWN, ["layers", "toeplitz-2"])


@pytest.mark.parametrize(
    ("path", "name", "words"),
    [
        (f"s2/Toeplitz/{NOTEBOOK}", "s2", "the folder is called 'Toeplitz'; "),
        (f"s2/toeplitz /{NOTEBOOK}", "s2", "the folder is called 'toeplitz '; "),
        (f"s2/toplitz/{NOTEBOOK}", "s2", "the folder is called 'toplitz'; "),
        (f"s2/homework/week 3/{NOTEBOOK}", "s2", "the folder is called 'homework'; "),
        ("s2/toeplitz-final/x.ipynb", "s2", "the folder is called 'toeplitz-final'; "),
        (f"s3/{NOTEBOOK}", "s3", f"there is no folder toeplitz, but '{NOTEBOOK}'; "),
        ("s3/solution.ipynb", "s3", "there is no folder toeplitz, but 'solution.ipynb'; "),
        ("s3/work.zip", "s3", "there is no folder toeplitz, but 'work.zip'; "),
        ("s3/3_padding.json", "s3", "there is no folder toeplitz, but '3_padding.json'; "),
        ("class.zip", "class.zip", "it lies in no student's folder; "),
        (f"ann_{NOTEBOOK}", f"ann_{NOTEBOOK}", "it lies in no student's folder; "),
        (f"toeplitz/{NOTEBOOK}", "toeplitz", "it is no student's folder; "),
    ],
)
def test_work_in_a_wrong_place_is_left_out_by_name(
    root: Path, path: str, name: str, words: str
) -> None:
    put(root, path)
    found = look(root)
    assert list(found.left_out) == [name]
    assert found.left_out[name].startswith(words)
    assert "toeplitz" in found.left_out[name].removeprefix(words)  # where it belongs
    assert found.odd == {}


@pytest.mark.parametrize(
    "path",
    [
        f"s2/layers/{NOTEBOOK}",
        "s2/toeplitz-2/x.ipynb",
        "s2/notes/diary.txt",
        "s2/__pycache__/x.ipynb",
        ".DS_Store",
        "__MACOSX/x.ipynb",
        "Thumbs.db",
        ".git/x.ipynb",
    ],
)
def test_other_work_and_what_systems_leave_is_nobodys_business(root: Path, path: str) -> None:
    put(root, path)
    found = look(root)
    assert (found.left_out, found.odd, found.unlooked) == ({}, {}, [])


def test_other_files_are_only_mentioned(root: Path) -> None:
    put(root, "roster.csv", "read me.txt")
    found = look(root)
    assert found.left_out == {}
    assert found.unlooked == ["read me.txt", "roster.csv"]


def test_a_second_place_beside_the_right_one_is_a_question(root: Path) -> None:
    put(root, f"fine/{NOTEBOOK}", f"fine/Toeplitz-new/{NOTEBOOK}")
    found = look(root)
    assert found.left_out == {}
    assert found.odd["fine"].startswith(
        f"fine/toeplitz was graded, and beside it lies '{NOTEBOOK}', 'Toeplitz-new'; "
    )


def test_two_names_that_differ_in_their_unicode_form_only_are_graded_neither(root: Path) -> None:
    both = [unicodedata.normalize(form, "Zo\u00eb") for form in ("NFC", "NFD")]
    for name in both:
        put(root, f"{name}/toeplitz/{NOTEBOOK}")
    found = look(root)
    assert sorted(found.left_out) == sorted(both)
    assert "written in two ways in Unicode" in found.left_out[both[0]]


def test_a_name_that_the_gradebook_writes_in_another_way_is_not_a_new_student(root: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "Zo\u00eb") for form in ("NFC", "NFD"))
    put(root, f"{apart}/toeplitz/{NOTEBOOK}")
    assert list(look(root, students=(composed,)).left_out) == [apart]
    assert look(root, students=(apart,)).left_out == {}


def test_a_name_that_other_commands_take_for_a_pattern_is_said(root: Path) -> None:
    put(root, f"eve [2]/toeplitz/{NOTEBOOK}")
    assert "rename the folder" in look(root).odd["eve [2]"]


def test_only_those_who_are_asked_for_are_looked_at(root: Path) -> None:
    put(root, f"s3/{NOTEBOOK}", f"t3/{NOTEBOOK}", "class.zip")
    assert list(look(root, student="s*").left_out) == ["s3"]


def test_a_student_whose_name_begins_with_a_dot_is_not_lost(root: Path) -> None:
    put(root, f".ann/toeplitz/{NOTEBOOK}")
    assert "begins with a dot" in look(root).left_out[".ann"]
