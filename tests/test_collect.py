"""Collecting: a download of any platform becomes submissions, and nothing is lost or invented."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import downloads
import programs
import pytest
from conftest import run_nbgrader
from downloads import (
    FIVE,
    JANE,
    JOHN,
    PLATFORMS,
    Student,
    collect,
    course,
    download,
    expected_id,
    laid_out,
    notebook,
    submitted,
    work,
    zipped,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from convgrade.collect.download import DownloadError
from convgrade.collect.people import RosterError
from convgrade.new_gradebook import find_version_here

BOTH = {JANE: work("jane"), JOHN: work("john", FIVE[:2])}


@pytest.mark.parametrize("form", ["zip", "folder", "nested"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_gives_each_student_their_notebooks(
    tmp_path: Path, platform: str, form: str
) -> None:
    """As a zip file, as a folder, and as a zip file that lies in a folder."""
    root, members = course(tmp_path / "course"), download(platform, BOTH)
    if form == "folder":
        got = collect(root, laid_out(tmp_path / "unpacked", members))
    elif form == "nested":
        got = collect(root, laid_out(tmp_path / "archive", {"all.zip": zipped(members)}))
    else:
        got = collect(root, members)
    jane, john = (expected_id(platform, who) for who in (JANE, JOHN))
    assert got.notebooks == {jane: list(FIVE), john: list(FIVE[:2])}, got.text
    assert got.status == 0, got.text
    assert got.files[jane]["1_toeplitz_1d.ipynb"] == notebook("1_toeplitz_1d", "jane")
    assert got.plan.placement.reading
    assert platform.startswith(got.plan.placement.reading.platform.name)
    timed = platform in ("blackboard", "brightspace", "gradescope", "sakai")
    when = got.files[jane].get("timestamp.txt")
    assert when == (b"2026-03-10 09:00:00 UTC\n" if timed else None)


def test_canvas_numbers_every_file_and_one_student_stays_one(tmp_path: Path) -> None:
    """Five files with five numbers, late, resubmitted; two students of one name are two."""
    files = {
        f"doejane_123_{45600 + i}_{name}.ipynb": notebook(name, "x") for i, name in enumerate(FIVE)
    }
    files |= {"doejane_LATE_456_45700_1_toeplitz_1d-1.ipynb": notebook(FIVE[0], "y")}
    got = collect(course(tmp_path), files)
    assert got.notebooks == {"doejane_123": list(FIVE), "doejane_456": [FIVE[0]]}
    assert "late" in got.text
    assert got.status == 0


@pytest.mark.parametrize(
    "name",
    [
        "o-neil_jane_123_45600_{}.ipynb",
        "anon_x4Zq2_45600_{}.ipynb",
        "LATE_anon_x4Zq2_45600_{}.ipynb",
    ],
)
def test_canvas_names_with_signs_and_none(tmp_path: Path, name: str) -> None:
    got = collect(course(tmp_path), {name.format("1_toeplitz_1d"): notebook(FIVE[0], "x")})
    assert list(got.notebooks.values()) == [[FIVE[0]]]
    assert "Canvas" in got.text


def test_a_text_typed_into_canvas_is_named(tmp_path: Path) -> None:
    files = {"doejane_123_45600_1_toeplitz_1d.ipynb": notebook(FIVE[0], "x")}
    got = collect(course(tmp_path), files | {"roejohn_9_text.html": "see my mail"})
    assert got.status == 1
    assert "roejohn_9: there is only a text" in got.text


def test_upload_numbers_of_a_platform_nobody_knows_are_doubted(tmp_path: Path) -> None:
    """One student must not become five because each file has a number."""
    files = {f"jane-{700 + i}_{name}.ipynb": notebook(name, "x") for i, name in enumerate(FIVE)}
    got = collect(course(tmp_path), files)
    assert got.files == {}
    assert got.status == 1
    assert "as if they were one student's files" in got.text
    assert len(collect(tmp_path, files, platform="plain").files) == 5


def test_a_folder_for_every_notebook_is_no_class(tmp_path: Path) -> None:
    got = collect(course(tmp_path), {f"{name}/{name}.ipynb": notebook(name) for name in FIVE})
    assert (got.files, got.status) == ({}, 1)


def test_which_of_two_levels_is_the_only_student_is_not_guessed(tmp_path: Path) -> None:
    files = {f"class/jdoe/{name}": data for name, data in work().items()}
    got = collect(course(tmp_path), files)
    assert (got.files, got.status) == ({}, 1)
    (tmp_path / "submitted" / "jdoe" / "other").mkdir(parents=True)
    assert set(collect(tmp_path, files).files) == {"jdoe"}


NAMES = ("toeplitz_1d", "1_toeplitz_1d", "1_x", "a_b_c", "problem1")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_assignments_own_names_decide(tmp_path: Path, platform: str) -> None:
    """In any assignment, also where one notebook's name ends another's."""
    got = collect(course(tmp_path, NAMES), download(platform, {
        JANE: work("jane", NAMES), JOHN: work("john", NAMES[1:2]),
    }))  # fmt: skip
    jane, john = (expected_id(platform, who) for who in (JANE, JOHN))
    assert got.notebooks == {jane: sorted(NAMES), john: ["1_toeplitz_1d"]}, got.text
    assert got.files[jane]["toeplitz_1d.ipynb"] == notebook("toeplitz_1d", "jane")


def test_a_plain_name_that_two_students_could_have_is_not_guessed(tmp_path: Path) -> None:
    names = ("toeplitz_1d", "1_toeplitz_1d", "other")
    files = {f"{who}_other.ipynb": notebook("other", who) for who in ("a", "a_1")}
    files["a_1_toeplitz_1d.ipynb"] = notebook("toeplitz_1d", "x")
    got = collect(course(tmp_path, names), files)
    assert got.notebooks == {"a": ["other"], "a_1": ["other"]}
    assert "a_1_toeplitz_1d.ipynb: its path names no student, or could name two" in got.text
    assert got.status == 1


# ------------------------------------------------------------------ files and names


def test_what_file_managers_and_the_course_add_is_left_out(tmp_path: Path) -> None:
    noise = (
        *("__MACOSX/jdoe/._1_toeplitz_1d.ipynb", "jdoe/._1_toeplitz_1d.ipynb", "jdoe/.DS_Store"),
        *("jdoe/Thumbs.db", "jdoe/desktop.ini", "jdoe/convkit.py", "jdoe/convkit (1).py"),
        *("jdoe/.ipynb_checkpoints/1_toeplitz_1d-checkpoint.ipynb", "Thumbs.db"),
    )
    files = {f"jdoe/{name}": data for name, data in work().items()} | dict.fromkeys(noise, b"x")
    got = collect(course(tmp_path), files)
    assert got.notebooks == {"jdoe": list(FIVE)}
    assert set(got.files["jdoe"]) == {f"{name}.ipynb" for name in FIVE}
    assert got.status == 0, got.text
    assert f"left out: {len(noise)} files" in got.text


def test_separators_of_windows(tmp_path: Path) -> None:
    """In a zip file, and in the file names that some programs make of one."""
    files = {f"class\\jdoe\\{name}": data for name, data in work().items()}
    files |= {f"class\\jroe\\{name}": data for name, data in work("y").items()}
    got = collect(course(tmp_path / "a"), files)
    assert got.notebooks == {"jdoe": list(FIVE), "jroe": list(FIVE)}
    (tmp_path / "loose").mkdir()
    for name, data in files.items():
        (tmp_path / "loose" / name).write_bytes(data)
    assert collect(course(tmp_path / "b"), tmp_path / "loose").notebooks == got.notebooks


@pytest.mark.parametrize(
    "name",
    [
        *(
            "deeper/still/1_toeplitz_1d.ipynb",
            "1_toeplitz_1d.ipynb.txt",
            "1_toeplitz_1d (1).ipynb",
        ),
        *("1_toeplitz_1d-1.ipynb", "1_toeplitz_1d-Copy1.ipynb", "1_Toeplitz_1D.ipynb"),
        *("jane_1_toeplitz_1d_final.ipynb", "homework.ipynb", "1_toeplitz_1d.ipynb (1).txt"),
        *("1 toeplitz 1d.IPYNB", "1_toeplitz_1d (1).ipynb.txt"),
    ],
)
def test_a_notebook_is_found_where_it_alone_can_be_meant(tmp_path: Path, name: str) -> None:
    """Deeper, with another ending, numbered, renamed: `homework` by its own cells."""
    head = "Jane Doe_7_assignsubmission_file_/"
    got = collect(course(tmp_path), {head + name: notebook(FIVE[0], "x")})
    assert got.files == {"Jane_Doe": {"1_toeplitz_1d.ipynb": notebook(FIVE[0], "x")}}, got.text
    assert got.status == 0


def test_notebooks_in_a_students_own_archive(tmp_path: Path) -> None:
    """A zip file in Moodle's zip file; a tar file in Canvas's."""
    inner = zipped({f"hw/{name}": data for name, data in work().items()} | {"hw/data/a.csv": "1"})
    got = collect(course(tmp_path / "a"), {"Jane Doe_7_assignsubmission_file_/hw.zip": inner})
    assert got.notebooks == {"Jane_Doe": list(FIVE)}
    assert got.files["Jane_Doe"]["data/a.csv"] == b"1"
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in work().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    got = collect(course(tmp_path / "b"), {"doejane_1_45600_hw.tar.gz": data.getvalue()})
    assert got.notebooks == {"doejane_1": list(FIVE)}


def test_a_students_own_files_come_along(tmp_path: Path) -> None:
    head = "Jane Doe_7_assignsubmission_file_/"
    files = {head + name: data for name, data in work().items()}
    own = {"picture.png": b"png", "notes/my data.csv": b"1,2", "timestamp.txt": b"1999-01-01"}
    got = collect(course(tmp_path), files | {head + name: data for name, data in own.items()})
    kept = {k: v for k, v in got.files["Jane_Doe"].items() if not k.endswith(".ipynb")}
    assert kept == {"picture.png": b"png", "notes/my data.csv": b"1,2"}  # a student has no clock


def test_one_loose_file(tmp_path: Path) -> None:
    path = tmp_path / "1234_1_toeplitz_1d.ipynb"
    path.write_bytes(notebook(FIVE[0], "x"))
    assert collect(course(tmp_path / "course"), path).notebooks == {"1234": [FIVE[0]]}


@pytest.mark.parametrize("name", ["{} - {}.ipynb", "{}_{}.ipynb", "{}/{}.ipynb"])
def test_two_forms_of_a_name_are_one_student(tmp_path: Path, name: str) -> None:
    files = {
        name.format(unicodedata.normalize(form, "José"), notebook_name): notebook(notebook_name)
        for form, notebook_name in (("NFC", FIVE[0]), ("NFD", FIVE[1]))
    }
    assert collect(course(tmp_path), files).notebooks == {"José": [FIVE[0], FIVE[1]]}


def test_bytes_that_are_no_utf8_in_names(tmp_path: Path) -> None:
    """A zip file without the mark for UTF-8, and a file system's Latin-1."""
    data = zipped({"Jos_ N_7_assignsubmission_file_/1_toeplitz_1d.ipynb": notebook(FIVE[0])})
    utf8 = data.replace(b"Jos_ N", "José".encode() + b"N")
    got = collect(course(tmp_path / "a"), utf8)
    assert list(got.files) == ["JoséN"]
    loose = tmp_path / "loose" / "jdoe"
    loose.mkdir(parents=True)
    (loose / "1_toeplitz_1d.ipynb").write_bytes(notebook(FIVE[0]))
    (loose / os.fsdecode(b"L\xf6sung.txt")).write_text("x")
    got = collect(course(tmp_path / "b"), tmp_path / "loose")
    assert sorted(got.files["jdoe"]) == ["1_toeplitz_1d.ipynb", "Lösung.txt"]


# -------------------------------------------------------------------- copies and attempts


def test_of_a_blank_and_a_solved_copy_the_solved_one_counts(tmp_path: Path) -> None:
    head = "Jane Doe_7_assignsubmission_file_/"
    solved = notebook(FIVE[0], "solved")
    files = {head + f"{FIVE[0]}.ipynb": notebook(FIVE[0]), head + f"{FIVE[0]} (1).ipynb": solved}
    got = collect(course(tmp_path), files)
    assert got.files["Jane_Doe"] == {f"{FIVE[0]}.ipynb": solved}
    assert f"of {FIVE[0]} (1).ipynb and {FIVE[0]}.ipynb the one with answers counts" in got.text


def test_two_solved_copies_are_a_persons_to_decide(tmp_path: Path) -> None:
    head, other = "Jane Doe_7_assignsubmission_file_/", "John Roe_8_assignsubmission_file_/"
    files = {
        head + f"{FIVE[0]}{mark}.ipynb": notebook(FIVE[0], f"a{mark}") for mark in ("", " (1)")
    }
    got = collect(course(tmp_path), files | {other + k: v for k, v in work().items()})
    assert list(got.files) == ["John_Roe"]
    assert f"Jane_Doe: {FIVE[0]} (1).ipynb and {FIVE[0]}.ipynb differ" in got.text
    assert got.status == 1


def test_equal_copies_are_no_question(tmp_path: Path) -> None:
    files = {f"jdoe_{FIVE[0]}{mark}.ipynb": notebook(FIVE[0], "a") for mark in ("", " (1)")}
    got = collect(
        course(tmp_path),
        files
        | {
            f"jroe_{FIVE[1]}.ipynb": notebook(FIVE[1], "b"),
            f"jroe_{FIVE[0]}.ipynb": notebook(FIVE[0], "b"),
        },
    )
    assert got.status == 0, got.text
    assert got.notebooks["jdoe"] == [FIVE[0]]


def blackboard(times: dict[str, tuple[str, ...]], login: str = "j_doe") -> dict[str, bytes | str]:
    head = f"Toeplitz_{login}_attempt_2026-03-"
    text = f"Name: Jane Doe ({login})\nDate Submitted: whenever\n"
    files: dict[str, bytes | str] = {f"{head}{time}.txt": text for time in times}
    for time, names in times.items():
        files |= {f"{head}{time}_{name}.ipynb": notebook(name, time) for name in names}
    return files


def test_the_newest_attempt_counts_also_with_fewer_files(tmp_path: Path) -> None:
    got = collect(course(tmp_path), blackboard({"10-09-00-00": FIVE, "09-08-00-00": FIVE[:1],
                                                "11-10-30-00": FIVE[:2]}))  # fmt: skip
    assert got.notebooks == {"j_doe": list(FIVE[:2])}
    assert got.files["j_doe"]["timestamp.txt"] == b"2026-03-11 10:30:00 UTC\n"
    assert "3 of 3" in got.text
    assert "attempt 3 counts and lacks 3_padding, 4_block_toeplitz_2d" in got.text


def test_times_without_a_zone_are_read_in_the_one_given(tmp_path: Path) -> None:
    files = blackboard({"10-09-00-00": FIVE})
    got = collect(course(tmp_path), files, timezone="Europe/Berlin")
    assert got.files["j_doe"]["timestamp.txt"] == b"2026-03-10 08:00:00 UTC\n"
    assert "read as Europe/Berlin" in got.text
    with pytest.raises(DownloadError, match="no time zone 'PST8'"):
        collect(tmp_path, files, timezone="PST8")


def test_ilias_stamps_files_and_teams(tmp_path: Path) -> None:
    head = "Team 12/Doe_Jane_jdoe_4711/20260310"
    files = {f"{head}{t}_{FIVE[0]}.ipynb": notebook(FIVE[0], t) for t in ("090000", "100000")}
    got = collect(course(tmp_path), files)
    assert got.files["jdoe"][f"{FIVE[0]}.ipynb"] == notebook(FIVE[0], "100000")
    assert got.files["jdoe"]["timestamp.txt"] == b"2026-03-10 10:00:00 UTC\n"


def test_a_group_in_gradescope_hands_in_for_each_member(tmp_path: Path) -> None:
    """And a folder that the metadata does not name is nobody's."""
    people = "  - :name: A B\n    :sid: a1\n  - :name: C D\n    :email: c@example.org\n"
    files = {f"submission_1/{name}": data for name, data in work().items()}
    files["submission_metadata.yml"] = f"submission_1:\n  :submitters:\n{people}".encode()
    files |= {f"submission_2/{name}": data for name, data in work("x").items()}
    got = collect(course(tmp_path), files)
    assert got.notebooks == {"a1": list(FIVE), "c@example.org": list(FIVE)}
    assert "submission_2/1_toeplitz_1d.ipynb: its path names no student" in got.text
    assert got.status == 1
    files["submission_metadata.yml"] = b": : ["
    broken = collect(course(tmp_path / "b"), files)
    assert (broken.files, broken.status) == ({}, 1)
    assert "submission_1, submission_2: is Gradescope's number" in broken.text


def test_the_only_notebook_may_have_any_name(tmp_path: Path) -> None:
    """Of one-notebook assignments, also without nbgrader's marks; not another assignment's."""
    bare = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    files = {"Jane Doe_7_assignsubmission_file_/homework.ipynb": bare,
             "John Roe_8_assignsubmission_file_/week7.ipynb": notebook("other", "x")}  # fmt: skip
    got = collect(course(tmp_path, ("problem1",)), files)
    assert got.files == {"Jane_Doe": {"problem1.ipynb": bare}}
    assert "'homework.ipynb' is taken for the only notebook" in got.text
    assert "John_Roe: none of the assignment's notebooks is there, but week7.ipynb" in got.text


def test_the_form_of_unicode_that_the_course_has_is_kept(tmp_path: Path) -> None:
    """Names are compared as bytes: a notebook, and a student's folder, stay spelt as they are."""
    name = unicodedata.normalize("NFD", "1_Übung")
    root = course(tmp_path, (name,))
    folder = unicodedata.normalize("NFD", "josé")
    laid_out(root / "submitted" / folder / "toeplitz", {f"{name}.ipynb": notebook(name, "x")})
    path = laid_out(tmp_path / "loose", {"josé_1_Übung.ipynb": notebook(name, "x")})
    got = collect(root, path)
    assert "1 unchanged" in got.text
    assert list(got.files) == [folder]
    got = collect(root, laid_out(path, {"ana_1_Übung.ipynb": notebook(name, "y")}))
    assert list(got.files["ana"]) == [f"{name}.ipynb"]


# -------------------------------------------------------------------------------- people


def roster(path: Path, *rows: tuple[str, ...]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return str(path)


CLASS = (("student_id", "first name", "Last Name", "Canvas ID"), ("s1", "Jane", "Doe", "4711"),
         ("s2", "John", "Roe", "815"), ("s3", "Ann", "Poe", "3"))  # fmt: skip


@pytest.mark.parametrize(
    "platform", [p for p in PLATFORMS if p not in ("plain", "submitted", "folders")]
)
def test_a_roster_gives_the_ids(tmp_path: Path, platform: str) -> None:
    root = course(tmp_path)
    got = collect(root, download(platform, BOTH), roster=roster(root / "class.csv", *CLASS))
    assert got.notebooks == {"s1": list(FIVE), "s2": list(FIVE[:2])}
    assert "Handed in nothing (1): s3" in got.text
    assert got.status == 0, got.text


def test_two_students_of_one_name_are_told_apart_or_left_to_a_person(tmp_path: Path) -> None:
    twins = {Student("Jane", "Doe", "a", 1): work("a"), Student("Jane", "Doe", "b", 2): work("b")}
    rows = (("id", "name", "number"), ("s1", "Jane Doe", "1"), ("s2", "Doe, Jane", "2"))
    for i, (platform, alone) in enumerate({
        "canvas": {"doejane_1", "doejane_2"}, "moodle": {"Jane_Doe_1", "Jane_Doe_2"},
        "brightspace": set(),
    }.items()):  # fmt: skip
        root = course(tmp_path / str(i))
        got = collect(root, download(platform, twins), dry=True)
        assert {s.submission.student for s in got.plan.steps} == alone, got.text
        assert bool(got.status) == (not alone)
        got = collect(root, download(platform, twins), roster=roster(root / "r.csv", *rows))
        by_number = {one: files["1_toeplitz_1d.ipynb"] for one, files in got.files.items()}
        assert by_number == {"s1": notebook(FIVE[0], "a"), "s2": notebook(FIVE[0], "b")}


def test_whom_the_roster_lacks_or_doubles_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    rows = (("id", "name"), ("s1", "Jane Doe"), ("s2", "Jane Doe"))
    root = course(tmp_path)
    got = collect(root, download("moodle", BOTH), roster=roster(root / "r.csv", *rows))
    assert got.files == {}
    assert "Jane Doe (4711): could be s1, s2" in got.text
    assert "John Roe (815): is not in the roster" in got.text


def test_a_number_and_a_name_that_contradict_are_left_to_a_person(tmp_path: Path) -> None:
    rows = (("id", "name", "number"), ("s1", "Jane Doe", "815"), ("s2", "John Roe", "4711"))
    root = course(tmp_path)
    got = collect(root, download("canvas", BOTH), roster=roster(root / "r.csv", *rows))
    assert got.files == {}
    assert got.status == 1


def test_canvas_and_moodles_own_lists_are_rosters(tmp_path: Path) -> None:
    canvas = (("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
              ("    Points Possible", *"    "),
              ("Doe, Jane", "4711", "u1", "jane@x", "1"),
              ("Roe, John", "815", "u2", "john@x", "1"))  # fmt: skip
    moodle = (("Identifier", "Full name", "ID number", "Email address"),
              ("Participant 4711", "Jane Doe", "u1", "j@x"),
              ("Participant 815", "John Roe", "u2", "r@x"))  # fmt: skip
    for platform, rows in (("canvas", canvas), ("moodle", moodle)):
        root = course(tmp_path / platform)
        got = collect(root, download(platform, BOTH), roster=roster(root / "r.csv", *rows))
        assert set(got.files) == {"u1", "u2"}, got.text


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((("a", "b"), ("1", "2")), "has no column with the students' ids. It has: a, b"),
        ((("id",), ("s",), ("s",)), "lines 2 and 3: s twice"),
        ((("id", "name"), ("", "Jane")), "line 2: no id"),
        ((("id", "name"),), "names no student"),
    ],
)
def test_a_roster_that_cannot_be_used(
    tmp_path: Path, rows: tuple[tuple[str, ...], ...], words: str
) -> None:
    root = course(tmp_path)
    with pytest.raises(RosterError, match=words.replace("(", r"\(")):
        collect(root, download("moodle", BOTH), roster=roster(root / "r.csv", *rows))


@pytest.mark.parametrize("name", ["[a]", "*", "a+b", "a,b", "x" * 200])
def test_ids_that_nbgrader_cannot_use_are_named(tmp_path: Path, name: str) -> None:
    files = {f"{name}_{nb}": data for nb, data in work().items()}
    got = collect(course(tmp_path), files)
    assert (got.files, got.status) == ({}, 1)
    assert "no id to name a folder by" in got.text


# ----------------------------------------------------------------------------- next downloads


def test_the_same_download_changes_nothing(tmp_path: Path) -> None:
    root = course(tmp_path)
    first = collect(root, download("canvas", BOTH))
    again = collect(root, download("canvas", BOTH))
    assert again.files == first.files
    assert "2 unchanged" in again.text
    assert again.status == 0


@pytest.mark.parametrize("platform", ["canvas", "blackboard", "moodle", "plain"])
def test_a_newer_download_replaces_and_an_older_one_does_not(
    tmp_path: Path, platform: str
) -> None:
    """What the student took away does not linger, and what was replaced is kept."""
    root = course(tmp_path)
    old, new = work("old") | {"data.csv": b"1"}, work("new", FIVE[:3])

    def made(files: dict[str, bytes], newer: bool) -> dict[str, bytes | str]:
        if platform == "blackboard":
            names = download(platform, {JANE: files, JOHN: work("same")})
            turned = {k.replace("03-10-09", "03-11-09") if newer and "jdoe" in k else k: v
                      for k, v in names.items()}  # fmt: skip
            return turned
        if platform == "canvas" and newer:
            return {k.replace("_456", "_459") if "doe" in k else k: v for k, v in download(
                platform, {JANE: files, JOHN: work("same")}).items()}  # fmt: skip
        return download(platform, {JANE: files, JOHN: work("same")})

    jane = expected_id(platform, JANE)
    collect(root, made(old, newer=False))
    got = collect(root, made(new, newer=True))
    assert got.notebooks[jane] == list(FIVE[:3])
    assert "data.csv" not in got.files[jane]
    assert "1 updated" in got.text
    kept = root / "downloaded" / "toeplitz" / "replaced" / jane / "1"
    assert (kept / "data.csv").read_bytes() == b"1"
    back = collect(root, made(old, newer=False))
    assert back.files == got.files
    assert "older, left out" in back.text
    assert "newer work is in submitted/ already, and stays: " + jane in back.text


def test_work_of_unknown_age_is_not_replaced_without_force(tmp_path: Path) -> None:
    root = course(tmp_path)
    laid_out(
        root / "submitted" / "jdoe" / "toeplitz",
        {"1_toeplitz_1d.ipynb": notebook(FIVE[0], "by hand")},
    )
    files = download("plain", BOTH)
    got = collect(root, files)
    assert got.files["jdoe"] == {"1_toeplitz_1d.ipynb": notebook(FIVE[0], "by hand")}
    assert "jdoe: differs from what is in submitted/" in got.text
    assert got.status == 1
    forced = collect(root, files, force=True)
    assert forced.notebooks["jdoe"] == list(FIVE)
    assert (root / "downloaded/toeplitz/replaced/jdoe/1/1_toeplitz_1d.ipynb").exists()


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    root = course(tmp_path)
    got = collect(root, download("blackboard", BOTH), dry=True)
    assert "Nothing was written" in got.text
    assert not (root / "submitted").exists()
    assert not (root / "downloaded").exists()
    row = next(line for line in got.text.splitlines() if line.startswith("jroe"))
    assert row.split() == ["jroe", "2", "of", "5", "-", "1", "2026-03-10", "09:00", "new"]


def test_moodle_keeps_a_students_id_when_a_namesake_arrives(tmp_path: Path) -> None:
    root, twin = course(tmp_path), Student("Jane", "Doe", "x", 5000)
    collect(root, download("moodle", {JANE: work("one")}))
    got = collect(root, download("moodle", {JANE: work("one"), twin: work("two")}))
    assert set(got.files) == {"Jane_Doe", "Jane_Doe_5000"}
    assert got.files["Jane_Doe"]["1_toeplitz_1d.ipynb"] == notebook(FIVE[0], "one")


def test_a_folder_that_fits_no_platform_does_not_change_the_platform(tmp_path: Path) -> None:
    """One stray folder must not make students of Brightspace's attempts."""
    files = download("brightspace", BOTH) | {"Extra/1_toeplitz_1d.ipynb": notebook(FIVE[0], "z")}
    got = collect(course(tmp_path), files)
    assert set(got.files) == {"Jane_Doe", "John_Roe"}
    assert "Extra/1_toeplitz_1d.ipynb: its path names no student" in got.text
    assert got.status == 1


def test_what_file_names_share_is_no_student_where_folders_are(tmp_path: Path) -> None:
    files = {
        "jdoe/my_1_toeplitz_1d.ipynb": notebook(FIVE[0]),
        "jroe/my_3_padding.ipynb": notebook(FIVE[2]),
    }
    got = collect(course(tmp_path), files, platform="folders")
    assert got.notebooks == {"jdoe": [FIVE[0]], "jroe": [FIVE[2]]}
    assert collect(course(tmp_path / "b"), files).files == {}  # each has one, no two the same


def test_times_in_a_form_that_is_not_read_are_said(tmp_path: Path) -> None:
    files = {
        k.replace("Mar 10", "10 kwiecień"): v for k, v in download("brightspace", BOTH).items()
    }
    got = collect(course(tmp_path), files)
    assert set(got.files) == {"Jane_Doe", "John_Roe"}
    assert "is a time in a form that is not read" in got.text
    assert got.status == 1


def test_two_downloads_at_once(tmp_path: Path) -> None:
    """Canvas's upload numbers say which is newer; the same attempt twice is one."""
    new = {
        k.replace("_456", "_459"): v for k, v in download("canvas", {JANE: work("new")}).items()
    }
    archive = {"b.zip": zipped(download("canvas", BOTH)), "a.zip": zipped(new)}
    got = collect(course(tmp_path / "a"), archive)
    assert got.files["doejane_4711"] == work("new")
    assert len(got.files) == 2
    twice = zipped(blackboard({"10-09-00-00": FIVE}) | {
        "Toeplitz_j_doe_attempt_2026-03-10-09-00-00_data.csv": "1"})  # fmt: skip
    got = collect(course(tmp_path / "b"), {"a.zip": twice, "b.zip": twice})
    assert sorted(got.files["j_doe"]) == [
        *(f"{name}.ipynb" for name in FIVE),
        "data.csv",
        "timestamp.txt",
    ]
    parts = [
        {k: v for k, v in download("classroom", {JANE: work()}).items() if (FIVE[0] in k) == one}
        for one in (True, False)
    ]
    got = collect(
        course(tmp_path / "c"), {f"drive-00{i}.zip": zipped(p) for i, p in enumerate(parts)}
    )
    assert got.notebooks == {"Jane_Doe": list(FIVE)}


def test_a_submission_changed_by_hand_stays(tmp_path: Path) -> None:
    root = course(tmp_path)
    collect(root, download("canvas", BOTH))
    path = root / "submitted/doejane_4711/toeplitz/1_toeplitz_1d.ipynb"
    path.write_bytes(notebook(FIVE[0], "mended"))
    got = collect(root, download("canvas", BOTH))
    assert path.read_bytes() == notebook(FIVE[0], "mended")
    assert "changed by hand, stays" in got.text
    assert got.status == 0


def test_one_student_does_not_get_a_second_id_with_a_roster(tmp_path: Path) -> None:
    root = course(tmp_path)
    collect(root, download("canvas", BOTH))
    rows = roster(root / "class.csv", *CLASS)
    got = collect(root, download("canvas", BOTH), roster=rows)
    assert set(got.files) == {"doejane_4711", "roejohn_815"}
    assert "was collected as doejane_4711 before, and would be s1 now" in got.text
    for old, new in (("doejane_4711", "s1"), ("roejohn_815", "s2")):
        (root / "submitted" / old).rename(root / "submitted" / new)
    got = collect(root, download("canvas", BOTH), roster=rows)
    assert set(got.files) == {"s1", "s2"}
    assert "2 unchanged" in got.text


def test_the_gradebook_knows_students_and_the_due_date(tmp_path: Path) -> None:
    """Ids by names and by the platform's number; absent ones; late without a time."""
    find_version_here()
    root = course(tmp_path)
    with Gradebook(f"sqlite:///{root}/gradebook.db", "") as gradebook:
        gradebook.add_assignment("toeplitz", duedate="2026-03-10 09:00:00 UTC")
        gradebook.add_student("s1", first_name="Jane", last_name="Doe")
        gradebook.add_student("s2", lms_user_id="815")
        gradebook.add_student("s3", first_name="Ann", last_name="Poe")
    late = {k.replace("doejane_", "doejane_LATE_"): v for k, v in download("canvas", BOTH).items()}
    got = collect(root, late)
    assert set(got.files) == {"s1", "s2"}
    assert "Handed in nothing (1): s3" in got.text
    assert "s1: is late, and the platform does not say how much" in got.text
    shown = collect(root, blackboard({"10-09-00-00": FIVE}), dry=True).text
    assert "late" not in next(line for line in shown.splitlines() if line.startswith("s1 "))
    shown = collect(root, blackboard({"10-09-00-01": FIVE}), dry=True).text
    assert "late" in next(line for line in shown.splitlines() if line.startswith("s1 "))
    assert got.status == 1
    (root / "submitted/s1/toeplitz/timestamp.txt").write_text("2026-03-10 10:00:00 UTC")
    assert collect(root, late).status == 0


def test_a_submission_that_cannot_be_written_is_named_and_the_old_one_stays(
    tmp_path: Path,
) -> None:
    root = course(tmp_path)
    collect(root, download("canvas", BOTH))
    long = "x" * 260 + ".csv"  # longer than a file system takes
    files = {
        k.replace("_456", "_459"): v for k, v in download("canvas", {JANE: work("new")}).items()
    }
    got = collect(root, files | {f"doejane_4711_45999_{long}": b"1"})
    assert got.files["doejane_4711"] == work("jane")
    assert "doejane_4711: cannot be written" in got.text
    assert got.status == 1


# ----------------------------------------------------------------------------- hostile files


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("../../evil.ipynb", "climbs"),
        ("..\\evil.ipynb", "climbs"),
        ("/etc/evil.ipynb", "absolute"),
        ("C:\\evil.ipynb", "absolute"),
        ("jdoe/a/../../b.ipynb", "climbs"),
    ],
)
def test_paths_that_climb_are_refused(tmp_path: Path, member: str, words: str) -> None:
    root = course(tmp_path / "course")
    got = collect(root, {f"jdoe_{k}": v for k, v in work().items()} | {member: b"x"})
    assert got.status == 1
    assert words in got.text
    assert list(got.files) == ["jdoe"]
    assert not [p for p in tmp_path.rglob("*evil*") if p.name != "download.zip"]


def test_links_and_encryption_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("jdoe_link.ipynb")
    link.external_attr = 0o120777 << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        for name, content in work().items():
            archive.writestr(f"jdoe_{name}", content)
        archive.writestr("jroe_1_toeplitz_1d.ipynb", "secret")
    raw = bytearray(data.getvalue())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):  # the flag of encryption
        place = raw.rfind(mark)
        raw[place + at] |= 1
    got = collect(course(tmp_path / "a"), bytes(raw))
    assert "link" in got.text
    assert "is encrypted" in got.text
    assert got.notebooks == {"jdoe": list(FIVE)}
    folder = laid_out(tmp_path / "loose" / "jdoe", work())
    (folder / "secret.txt").symlink_to("/etc/passwd")
    got = collect(course(tmp_path / "b"), folder.parent)
    assert "secret.txt" not in got.files["jdoe"]
    assert "is a link" in got.text


def test_archives_made_to_fill_a_disk_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("jdoe_big.bin", bytes(100 * 2**20))
        archive.writestr("jdoe_1_toeplitz_1d.ipynb", notebook(FIVE[0]))
    got = collect(course(tmp_path / "a"), bomb.getvalue())
    assert "jdoe_big.bin: unpacks to more than its size allows" in got.text
    assert got.notebooks == {"jdoe": [FIVE[0]]}
    deep = zipped({"jdoe_1_toeplitz_1d.ipynb": notebook(FIVE[0])})
    for _ in range(6):
        deep = zipped({"more.zip": deep})
    got = collect(
        course(tmp_path / "b"), {"deep.zip": deep} | {f"jroe_{k}": v for k, v in work().items()}
    )
    assert "lies in more than 4 archives" in got.text
    monkeypatch.setattr("convgrade.collect.download.MEMBERS", 3)
    got = collect(course(tmp_path / "c"), {f"jroe_{k}": v for k, v in work().items()})
    assert "beyond the limit" in got.text


def test_names_are_no_commands_to_the_terminal(tmp_path: Path) -> None:
    got = collect(course(tmp_path), {"\x1b[2J\nall well.txt": b"x", **download("plain", BOTH)})
    assert "\x1b" not in got.text
    assert r"\x1b[2J\nall well.txt: its path names no student" in got.text


def test_a_broken_zip_is_named(tmp_path: Path) -> None:
    head = "Jane Doe_7_assignsubmission_file_/"
    got = collect(course(tmp_path), {head + "hw.zip": b"PK\x03\x04 cut off"} | {
        f"John Roe_8_assignsubmission_file_/{k}": v for k, v in work().items()})  # fmt: skip
    assert got.status == 1
    assert "hw.zip: cannot be read as an archive" in got.text
    with pytest.raises(DownloadError, match="cannot be read as an archive"):
        collect(tmp_path, b"no zip at all")


# ---------------------------------------------------------------------------- properties

WORDS = st.text(st.sampled_from("abcdeéñßxyz"), min_size=2, max_size=6)


@st.composite
def classes(draw: st.DrawFn) -> tuple[tuple[str, ...], dict[Student, dict[str, bytes]]]:
    """Notebook names of any kind, and students with distinct names who hand in some of them."""
    parts = st.lists(
        st.sampled_from(["1", "2", "a", "x", "hw", "toeplitz"]), min_size=1, max_size=3
    )
    names = draw(st.sets(parts.map("_".join), min_size=2, max_size=4))
    people = draw(
        st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4, unique_by=lambda p: p[0])
    )
    found = {}
    for i, (first, last) in enumerate(people):
        who = Student(first.title(), last.title(), f"{first}q", 100 + i)
        chosen = draw(st.sets(st.sampled_from(sorted(names)), min_size=2))
        found[who] = work(first, tuple(sorted(chosen)))
    return tuple(sorted(names)), found


@pytest.mark.parametrize("platform", PLATFORMS)
@settings(max_examples=12, deadline=None)
@given(made=classes())
def test_no_student_is_lost_and_none_invented(
    tmp_path_factory: pytest.TempPathFactory,
    platform: str,
    made: tuple[tuple[str, ...], dict[Student, dict[str, bytes]]],
) -> None:
    names, students = made
    assume(platform != "folders" or len(students) > 1)  # of one, the level is a person's to say
    root = course(tmp_path_factory.mktemp("course"), names)
    got = collect(root, download(platform, students), platform=platform.partition("-")[0])
    files = {expected_id(platform, who): dict(handed) for who, handed in students.items()}
    shown = {
        one: {k: v for k, v in own.items() if k != "timestamp.txt"}
        for one, own in got.files.items()
    }
    assert shown == files, got.text
    assert got.status == 0


# ------------------------------------------------------------------------ the two commands


@pytest.mark.slow
def test_collecting_loads_neither_torch_nor_the_kit() -> None:
    """It serves any course: a fresh Python that imports all of it knows neither."""
    code = (
        "import sys, convgrade.collect.app, convgrade.plugins.zip_collect\n"
        "sys.exit(bool({'torch', 'convkit', 'convgrade.reference'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


def convgrade(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return programs.run("convgrade", *args, cwd=root)


@pytest.mark.slow
def test_the_command_and_its_exit_status(tmp_path: Path) -> None:
    root = course(tmp_path)
    path = root / "all.zip"
    path.write_bytes(zipped(download("canvas", BOTH)))
    shown = convgrade(root, "collect", "toeplitz", "all.zip", "--dry-run")
    assert (shown.returncode, submitted(root)) == (0, {}), shown.stderr
    assert "Platform: Canvas (7 of 7 notebooks" in shown.stdout
    assert convgrade(root, "collect", "toeplitz", "all.zip").returncode == 0
    assert set(submitted(root)) == {"doejane_4711", "roejohn_815"}
    for args, words in (
        (("topelitz", "all.zip"), "There is: toeplitz"),
        (("toeplitz", "none.zip"), "there is no file or folder"),
        (("toeplitz",), "Say which assignment and which download"),
        (("toeplitz", "all.zip", "--roster", "no.csv"), "the roster"),
    ):
        wrong = convgrade(root, "collect", *args)
        assert wrong.returncode == 2
        assert words in wrong.stderr
        assert "Traceback" not in wrong.stderr
    path.write_bytes(zipped({"README.txt": "nothing"}))
    assert convgrade(root, "collect", "toeplitz", "all.zip").returncode == 1


@pytest.mark.slow
def test_zip_collect_gives_the_same(tmp_path: Path) -> None:
    """Also with separators of Windows, and with the next download."""
    members = download("moodle", BOTH)
    members = {k.replace("/", "\\"): v for k, v in members.items()}
    one, two = course(tmp_path / "one"), course(tmp_path / "two")
    collect(one, members)
    (two / "nbgrader_config.py").write_bytes(
        (Path(downloads.__file__).parent.parent / "nbgrader_config.py").read_bytes()
    )
    archive = laid_out(two / "downloaded/toeplitz/archive", {"all.zip": zipped(members)})
    run_nbgrader(two, "zip_collect", "toeplitz")
    assert submitted(two) == submitted(one)
    newer = download("moodle", {JANE: work("newer", FIVE[:1]), JOHN: work("john", FIVE[:2])})
    (archive / "all.zip").write_bytes(zipped(newer))
    result = run_nbgrader(two, "zip_collect", "toeplitz", "--force")
    collect(one, newer)
    assert submitted(two) == submitted(one)
    assert submitted(two)["Jane_Doe"] == work("newer", FIVE[:1])
    assert (two / "downloaded/toeplitz/replaced/Jane_Doe/1/5_parameter_counts.ipynb").exists()
    assert "Traceback" not in result.stderr
