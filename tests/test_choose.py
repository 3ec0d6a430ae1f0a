"""Which file of a submission is taken for which notebook, and what is said about it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from convgrade.plugins.choose import HandedIn, choose
from convgrade.submission import UngradableError, parse_submission

A, B = "1_sums", "2_means"
BLANK, OLD, NEW = '["blank"]', '["old"]', '["new"]'


def notebook(source: str) -> str:
    cell = f'{{"cell_type": "code", "metadata": {{}}, "outputs": [], "source": {source}}}'
    return f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cell}]}}'


def said(name: str, data: bytes) -> dict[str, str]:
    """Read an answer, which is whatever the only cell holds if that is not blank."""
    text = str(parse_submission(data).cells[0].source)
    return {} if "blank" in text else {"answer": text}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s").mkdir()
    return tmp_path / "s"


def chosen(folder: Path, *known: str) -> HandedIn:
    names = list(known or (A, B))
    return choose(folder, names, names, [".ipynb_checkpoints"], said)


def put(folder: Path, name: str, source: str = NEW) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook(source))


def zipped(folder: Path) -> None:
    with zipfile.ZipFile(folder / "my work.zip", "w") as archive:
        archive.writestr("__MACOSX/._1_sums.ipynb", "fork")
        archive.writestr("work\\1_sums.ipynb", notebook(NEW))
        archive.writestr("work/readme.md", "hello")


ELSEWHERE: dict[str, Callable[[Path], None]] = {
    "tiny/1_sums.ipynb": lambda f: put(f, "tiny/1_sums.ipynb"),
    "a/b/c/Copy of 1_sums.ipynb": lambda f: put(f, "a/b/c/Copy of 1_sums.ipynb"),
    "1_sums.ipynb.txt": lambda f: put(f, "1_sums.ipynb.txt"),
    "1_sums.json": lambda f: put(f, "1_sums.json"),
    "1_sums.txt": lambda f: put(f, "1_sums.txt"),
    "1_sums": lambda f: put(f, "1_sums"),
    "1_sums.ipynb.ipynb": lambda f: put(f, "1_sums.ipynb.ipynb"),
    "1_sums.IPYNB": lambda f: put(f, "1_sums.IPYNB"),
    "1_Sums (2).ipynb": lambda f: put(f, "1_Sums (2).ipynb"),
    "1_sums.ipynb.download": lambda f: put(f, "1_sums.ipynb.download"),
    "my work.zip/work/1_sums.ipynb": zipped,
}


@pytest.mark.parametrize("label", ELSEWHERE)
@pytest.mark.parametrize("beside", [(), (B,)], ids=["alone", "beside another"])
def test_the_only_file_that_can_be_meant_is_taken(
    folder: Path, label: str, beside: tuple[str, ...]
) -> None:
    for name in beside:
        put(folder, f"{name}.ipynb")
    ELSEWHERE[label](folder)
    (folder / "1_sums.html").write_text("<p>not a notebook</p>")
    found = chosen(folder)
    file = found.taken[str(folder / f"{A}.ipynb")]
    assert file.label.replace("\\", "/") == label
    assert said(A, file.read()) == {"answer": "['new']"}
    assert not found.reasons
    assert any(f"taking {file.label!a} for it" in words for _, words in found.lines())


def test_a_blank_notebook_gives_way_to_a_solved_one(folder: Path) -> None:
    put(folder, f"{A}.ipynb", BLANK)
    put(folder, f"{A} (1).ipynb")
    put(folder, f"{B}.ipynb")
    found = chosen(folder)
    assert found.taken[str(folder / f"{A}.ipynb")].label == f"{A} (1).ipynb"
    assert found.told == {A: f"'{A} (1).ipynb' was graded, not '{A}.ipynb', without answers"}
    assert found.doubts == {}


def test_where_both_are_answered_the_name_counts_and_a_person_is_asked(folder: Path) -> None:
    put(folder, f"{A}.ipynb", OLD)
    put(folder, f"{A} (1).ipynb", NEW)
    put(folder, "backup/1_sums.ipynb", OLD)  # says the same
    found = chosen(folder)
    assert found.taken == {}
    assert found.doubts == {
        A: f"{A}.ipynb was graded, and '{A} (1).ipynb' has other answers; keep the one that counts"
    }


@pytest.mark.parametrize("other", [OLD, BLANK])
def test_a_copy_or_a_blank_one_beside_it_is_nobodys_business(folder: Path, other: str) -> None:
    put(folder, f"{A}.ipynb", OLD)
    put(folder, f"{A} (1).ipynb", other)
    put(folder, f".ipynb_checkpoints/{A}-checkpoint.ipynb", NEW)
    found = chosen(folder)
    assert (found.taken, found.told, found.doubts) == ({}, {}, {})
    assert list(found.lines()) == []


def test_several_with_answers_and_none_of_the_name_are_refused_by_name(folder: Path) -> None:
    put(folder, f"{A} (1).ipynb", OLD)
    put(folder, f"{A} (2).ipynb", NEW)
    put(folder, f"{A} (3).ipynb", BLANK)
    found = chosen(folder)
    assert found.taken == {}
    assert found.reasons[str(folder / f"{A}.ipynb")] == (
        f"it is missing, and 2 files look like it ('{A} (1).ipynb', '{A} (2).ipynb'); "
        f"keep one of them under the name {A}.ipynb"
    )


def test_of_several_the_only_one_with_answers_is_taken(folder: Path) -> None:
    put(folder, f"{A} (1).ipynb", BLANK)
    put(folder, f"{A} (2).ipynb", NEW)
    assert chosen(folder).taken[str(folder / f"{A}.ipynb")].label == f"{A} (2).ipynb"


def test_a_broken_notebook_gives_way_to_a_solved_one(folder: Path) -> None:
    (folder / f"{A}.ipynb").write_text("{")
    put(folder, f"{A} (1).ipynb")
    assert chosen(folder).taken[str(folder / f"{A}.ipynb")].label == f"{A} (1).ipynb"


def test_a_broken_notebook_beside_an_unanswered_one_is_told(folder: Path) -> None:
    put(folder, f"{A}.ipynb", BLANK)
    (folder / f"{A} (1).ipynb").write_text("{")
    found = chosen(folder)
    assert found.doubts == {
        A: f"{A}.ipynb answers nothing, and '{A} (1).ipynb' cannot be read; ask for it"
    }


def test_a_name_within_a_longer_one_is_not_taken_for_it(folder: Path) -> None:
    put(folder, "sums.ipynb")
    put(folder, "more sums (1).ipynb")
    found = chosen(folder, "sums", "more_sums")
    assert {Path(p).stem: f.label for p, f in found.taken.items()} == {
        "more_sums": "more sums (1).ipynb"
    }
    assert found.doubts == {}


def test_what_is_there_instead_is_said(folder: Path) -> None:
    put(folder, f"{A}.ipynb")
    put(folder, "Untitled.ipynb")
    found = chosen(folder)
    assert found.missing == [B]
    assert found.doubts == {
        B: f"{B}.ipynb is missing, and 'Untitled.ipynb' could be it; give it that name if so"
    }
    (folder / f"{A}.ipynb").unlink()
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("essay.txt", "x")
    reason = chosen(folder).reasons[str(folder / f"{A}.ipynb")]
    assert reason == (
        "none of the assignment's notebooks is there, only 'Untitled.ipynb', 'all.zip'; "
        f"ask for {A}.ipynb"
    )


def test_zips_made_to_hurt_are_only_what_they_are(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{A}.ipynb", b" " * (60 * 2**20))
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    shutil.copy(folder / "bomb.zip", folder / "again.zip")
    found = chosen(folder)
    file = found.taken[str(folder / f"{A}.ipynb")]  # the two are equally unreadable
    with pytest.raises(UngradableError, match="it lies in a zip and has more than 50 MiB"):
        file.read()


def test_letters_that_a_terminal_would_obey_are_shown(folder: Path) -> None:
    put(folder, f"{A} \x1b[2J.ipynb", OLD)
    put(folder, f"{A} \u202e.ipynb", NEW)
    words = " ".join(words for _, words in chosen(folder).lines())
    assert "\\x1b[2J" in words
    assert "\\u202e" in words
    assert words.isprintable()
