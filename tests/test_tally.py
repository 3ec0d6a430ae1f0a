"""The summary names everybody who needs a person, worst first, in a line each."""

from __future__ import annotations

import pytest

from convgrade.classroom.tally import LONGEST, Tally
from convgrade.classroom.task import Result


def needing(tally: Tally) -> list[str]:
    """Return the lines about people, and see that there is one for each."""
    lines = tally.summary().splitlines()
    start = next(i for i, line in enumerate(lines) if line.endswith("you, the worst first:"))
    found = lines[start + 1 :]
    assert int(lines[start].split()[0]) == len(found)
    return found


def test_everybody_is_named_worst_first_in_one_line() -> None:
    tally = Tally()
    for number in range(40):
        tally.ungradable[f"u{number:02}/1_sums"] = "it is empty; ask for the notebook again"
    tally.waiting["wim/1_sums"] = "total: a DataFrame does not cross"
    tally.doubts["dot/2_means"] = "2_means.ipynb was graded, and 'x.ipynb' has other answers"
    tally.times["tim"] = "no time: yesterday"
    tally.left_out["len"] = "the folder is called 'Tiny'; it belongs into len/tiny"
    tally.failed["fay/1_sums"] = "its worker failed"
    lines = needing(tally)
    assert [line.split(":")[0].strip() for line in lines] == [
        *("fay", "len", *(f"u{n:02}" for n in range(40)), "tim", "dot", "wim"),
    ]
    assert lines[0] == "  fay: NOT GRADED, 1_sums: its worker failed"
    assert lines[-1] == "  wim: waits for you, 1_sums: total: a DataFrame does not cross"
    assert tally.status == 1


def test_what_is_wrong_with_one_student_is_one_line() -> None:
    tally = Tally()
    for name in ("1_sums", "2_means"):
        tally.ungradable[f"eve/{name}"] = f"none of them is there; ask for {name}.ipynb"
    tally.doubts["eve"] = "something else"
    assert needing(tally) == [
        "  eve: no points, 1_sums, 2_means: none of them is there; ask for them; something else"
    ]
    tally.ungradable["eve/3"] = "it is empty " + "x" * 500
    assert len(needing(tally)[0]) == LONGEST


@pytest.mark.parametrize(
    "kind", ["failed", "left_out", "ungradable", "times", "doubts", "waiting"]
)
def test_each_kind_that_needs_a_person_says_so_by_the_status(kind: str) -> None:
    tally = Tally()
    assert tally.status == 0
    getattr(tally, kind)["ann"] = "words"
    assert tally.status == 1
    assert needing(tally)[0].startswith("  ann: ")


def test_what_needs_nobody_is_said_and_no_more() -> None:
    tally = Tally(done=["abe"], absent=["zoe"], unlooked=["roster.csv"])
    tally.again = {"ada": "handed in again", "bob": "handed in again"}
    tally.missing = {"cyd": ["2_means"]}
    tally.told = {"dee/1_sums": "'x (1).ipynb' was graded, not 'x.ipynb', without answers"}
    tally.add("ada/1_sums", Result("", b"", {}, {"t": ["crashed"]}, repairs=2, seconds=1.0))
    tally.submissions = 1
    lines = tally.summary().splitlines()
    assert lines[0] == (
        "1 submission recorded, 1 notebook graded; 1 graded before and unchanged "
        "(--force repeats them)"
    )
    assert lines[2:] == [
        "graded again, handed in again: 2 (ada, bob)",
        "repaired: 1 (ada/1_sums)",
        "exercises crashed or did not end in: 1 (ada/1_sums)",
        "dee/1_sums: 'x (1).ipynb' was graded, not 'x.ipynb', without answers",
        "handed in without some notebooks: 1 (cyd (2_means))",
        "handed in nothing: 1 (zoe)",
        "not looked at in submitted/: 1 (roster.csv)",
        "Nothing needs you.",
    ]
    assert tally.status == 0


def test_names_cannot_write_to_the_terminal() -> None:
    tally = Tally(absent=["a\x1b[2Jb"])
    tally.left_out["c\nd"] = "\x9b1m"
    assert all(line.isprintable() for line in tally.summary().splitlines())
    assert len(needing(tally)) == 1
