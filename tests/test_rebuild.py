"""A submission in any condition becomes the course's notebook with the student's answers."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import nbformat
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

from convgrade.rebuild import Repair, rebuild
from convgrade.regions import hidden_lines, visible

NAMES = sorted(
    (f"{p.parent.name}/{p.stem}" for p in (ROOT / "release").glob("*/*.ipynb")),
    key=lambda name: (not name.startswith("toeplitz/"), name),
)
FIRST, WRITTEN = NAMES[0], NAMES[1]  # the second has an answer in words
ANSWER = "# grade_id: flip\ndef true_convolution_1d(weight, n):\n    return 1"


@cache
def text(kind: str, name: str) -> str:
    return (ROOT / kind / f"{name}.ipynb").read_text(encoding="utf-8")


def read(kind: str, name: str) -> NotebookNode:
    notebook = nbformat.from_dict(json.loads(text(kind, name)))
    for cell in notebook.cells:
        cell.source = "".join(cell.source)  # a list of lines on disk
    return notebook


def released(name: str = FIRST) -> NotebookNode:
    return read("release", name)


def course(name: str = FIRST) -> NotebookNode:
    """Make the notebook to grade against: the source, its answer cells as handed out."""
    notebook = read("source", name)
    stubs = {cell.id: cell.source for cell in released(name).cells}
    for cell in notebook.cells:
        if is_answer(cell):
            cell.source = stubs[cell.id]
    return notebook


def mark(cell: NotebookNode) -> dict[str, Any]:
    return cell.metadata.get("nbgrader", {})


def is_answer(cell: NotebookNode) -> bool:
    return bool(mark(cell).get("solution"))


def at(notebook: NotebookNode, name: str) -> int:
    return next(i for i, cell in enumerate(notebook.cells) if cell.get("id") == name)


def get(notebook: NotebookNode, name: str) -> NotebookNode:
    return notebook.cells[at(notebook, name)]


def ids(notebook: NotebookNode) -> list[str]:
    return [cell.id for cell in notebook.cells]


def code(source: str, **metadata: Any) -> NotebookNode:
    return nbformat.from_dict(
        {"cell_type": "code", "metadata": metadata, "source": source, "outputs": []}
    )


def graded(submitted: Any, name: str = FIRST) -> tuple[NotebookNode, list[Repair]]:
    """Rebuild, and hold what must be true of every rebuilt notebook."""
    ours, theirs = course(name), copy.deepcopy(submitted)
    kept = copy.deepcopy(ours)
    notebook, repairs = rebuild(ours, submitted)
    assert json.dumps(ours) == json.dumps(kept), "the course was changed"
    assert repr(submitted) == repr(theirs), "the submission was changed"
    nbformat.validate(notebook)
    assert notebook.metadata == ours.metadata
    expected = {cell.id: cell for cell in ours.cells}
    marked = [cell for cell in notebook.cells if mark(cell)]
    assert [cell.id for cell in marked] == [cell.id for cell in ours.cells if mark(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        if cell.id not in expected:
            assert cell.id.startswith("extra_")
            assert set(cell) <= {"cell_type", "id", "metadata", "source"} | (
                {"outputs", "execution_count"} if cell.cell_type == "code" else set()
            )
            assert cell.metadata == {}
            continue
        assert cell.cell_type == expected[cell.id].cell_type
        assert cell.metadata == expected[cell.id].metadata
        if not is_answer(cell) and (mark(cell) or cell.cell_type == "markdown"):
            assert cell.source == expected[cell.id].source
    places = [ids(ours).index(i) for i in ids(notebook) if i in expected]
    assert places == sorted(set(places)), "the course's order was not kept"
    # Text cells always come from the course.
    texts = {cell.id for cell in ours.cells if cell.cell_type == "markdown"}
    assert texts <= set(ids(notebook))
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    return notebook, repairs


def words(repairs: list[Repair], name: str) -> list[str]:
    return [repair.words for repair in repairs if repair.grade_id == name]


def only(repairs: list[Repair], name: str) -> str:
    """Return the one sentence there is, which concerns this cell."""
    assert [repair.grade_id for repair in repairs] == [name]
    return repairs[0].words


# ----------------------------------------------------------------------- honest


@pytest.mark.parametrize("name", NAMES)
def test_untouched_release_is_the_course(name: str) -> None:
    """The handed-out notebook needs no repair and gives the course, cell by cell."""
    notebook, repairs = graded(released(name), name)
    assert repairs == []
    assert notebook == course(name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("minor", [0, 4, 5])
def test_honest_answers_arrive_verbatim(name: str, minor: int) -> None:
    """Answers arrive as written, also from files of older minor versions without ids."""
    submitted = released(name)
    answers = {}
    for cell in submitted.cells:
        if is_answer(cell):
            cell.source = answers[cell.id] = f"{cell.source}\n  my own words  \n\n"
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [{"output_type": "junk"}], 7
        if minor < 5:
            del cell["id"]
    submitted.nbformat_minor = minor
    notebook, repairs = graded(submitted, name)
    assert repairs == []
    assert ids(notebook) == ids(course(name))
    assert {c.id: c.source for c in notebook.cells if is_answer(c)} == answers


def test_outputs_of_the_course_are_no_answers() -> None:
    """Also a course notebook that was run gives a notebook without outputs."""
    ours = course()
    for cell in ours.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [{"output_type": "stream"}], 3
    notebook, _ = rebuild(ours, released())
    assert notebook == course()


def test_spaces_at_line_ends_are_no_change() -> None:
    submitted = released()
    for cell in submitted.cells:
        cell.source = cell.source.replace("\n", "  \r\n") + "\n\n"
    notebook, repairs = graded(submitted)
    assert repairs == []
    answers = [cell.id for cell in course().cells if is_answer(cell)]
    assert all(get(notebook, name) == get(course(), name) for name in answers)


# ---------------------------------------------------------- locked and test cells


@pytest.mark.parametrize("name", ["setup", "flip_test"])
def test_edited_locked_cell_is_restored(name: str) -> None:
    submitted = released()
    get(submitted, name).source += "\nrubric = None"
    _, repairs = graded(submitted)
    assert "text of this one was changed" in only(repairs, name)


def test_edited_locked_cell_without_metadata_is_known_by_its_id() -> None:
    submitted = released()
    cell = get(submitted, "setup")
    cell.source, cell.metadata = "x = 1", {}
    notebook, repairs = graded(submitted)
    assert "text of this one was changed" in words(repairs, "setup")[0]
    assert ids(notebook) == ids(course())


def test_text_of_hidden_tests_is_a_change() -> None:
    """A student who has the hidden tests' text in a test cell has edited it."""
    submitted = released()
    get(submitted, "flip_test").source = get(course(), "flip_test").source
    _, repairs = graded(submitted)
    assert "text of this one was changed" in only(repairs, "flip_test")


def test_deleted_locked_cell_is_put_back() -> None:
    submitted = released()
    del submitted.cells[at(submitted, "flip_test")]
    _, repairs = graded(submitted)
    assert only(repairs, "flip_test").endswith("was missing and was put back.")


@pytest.mark.parametrize("metadata", [True, False])
def test_duplicated_locked_cell_stands_once(metadata: bool) -> None:
    submitted = released()
    twin = copy.deepcopy(get(submitted, "flip_test"))
    twin.id = "twin"
    if not metadata:
        twin.metadata = {}
    submitted.cells += [twin, copy.deepcopy(twin)]
    notebook, repairs = graded(submitted)
    assert "stood 3 times" in only(repairs, "flip_test")
    assert ids(notebook) == ids(course())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("points", 600),
        ("points", None),
        ("points", float("nan")),
        ("points", [6]),
        ("locked", False),
        ("grade", "no"),
        ("solution", True),
        ("task", {"a": 1}),
    ],
)
def test_changed_marks_are_set_back(key: str, value: Any) -> None:
    submitted = released()
    get(submitted, "flip_test").metadata.nbgrader[key] = value
    _, repairs = graded(submitted)
    assert f": {key} had been changed" in only(repairs, "flip_test")


@pytest.mark.parametrize("nothing", ["", 0, 0.0, None])
def test_points_of_an_older_nbgrader_are_no_change(nothing: Any) -> None:
    """Older schemas lack keys and write points as text, 0 or nothing at all."""
    submitted = released()
    for cell in submitted.cells:
        if mark(cell):
            for key in ("schema_version", "task", "cell_type"):
                mark(cell).pop(key, None)
            mark(cell)["points"] = str(mark(cell).get("points", "")) or nothing
    _, repairs = graded(submitted)
    assert repairs == []


def test_answers_marked_points_are_set_back() -> None:
    submitted = released(WRITTEN)
    get(submitted, "explain_break").metadata.nbgrader.points = 100
    _, repairs = graded(submitted, WRITTEN)
    assert "points" in only(repairs, "explain_break")


def test_renamed_locked_cell_is_known_by_its_id() -> None:
    submitted = released()
    get(submitted, "flip_test").metadata.nbgrader.grade_id = "something_else"
    _, repairs = graded(submitted)
    assert "grade_id had been changed" in only(repairs, "flip_test")


def test_locked_cell_of_another_type_is_set_back() -> None:
    submitted = released()
    get(submitted, "flip_test").cell_type = "raw"
    _, repairs = graded(submitted)
    assert "cell type had been changed" in only(repairs, "flip_test")


@pytest.mark.parametrize("name", ["flip", "flip_test"])
@pytest.mark.parametrize("lost", [True, False])
def test_tags_are_dropped_and_told(name: str, lost: bool) -> None:
    """A tag such as skip-execution would keep a test from running."""
    submitted = released()
    cell = get(submitted, name)
    if lost:
        del cell.metadata["nbgrader"]
    cell.metadata.tags = ["skip-execution"]
    _, repairs = graded(submitted)
    assert any("tags had been changed" in sentence for sentence in words(repairs, name))


def test_tags_on_unmarked_cells_are_dropped() -> None:
    submitted = released()
    for cell in submitted.cells:
        if not mark(cell):
            cell.metadata = {"tags": ["skip-execution"], "colab": {"x": 1}, "deletable": False}
    notebook, repairs = graded(submitted)
    assert repairs == []
    assert notebook == course()


def test_foreign_metadata_is_dropped() -> None:
    submitted = released()
    submitted.metadata = {"kernelspec": {"name": "evil"}, "colab": {}, "widgets": {}}
    submitted.cells.insert(3, code("mine = 1", nbgrader={"grade": True, "points": 9}, tags=["a"]))
    submitted.cells.insert(4, copy.deepcopy(get(released(NAMES[2]), "padded_length_test")))
    notebook, _ = graded(submitted)  # holds metadata to the course's
    assert "mine = 1" in [cell.source for cell in notebook.cells]


# ---------------------------------------------------------------------- answers


def test_missing_answer_leaves_the_stub() -> None:
    submitted = released()
    del submitted.cells[at(submitted, "flip")]
    notebook, repairs = graded(submitted)
    assert "none was found" in only(repairs, "flip")
    assert get(notebook, "flip") == get(course(), "flip")


def test_first_line_wins_over_metadata() -> None:
    """A cell copied with its metadata and answered elsewhere belongs where its text says."""
    submitted = released()
    cell = get(submitted, "flip")
    cell.source = ANSWER
    cell.metadata = copy.deepcopy(get(submitted, "impostor").metadata)
    cell.id = "impostor_copy"
    notebook, repairs = graded(submitted)
    assert "first line was followed" in only(repairs, "flip")
    assert get(notebook, "flip").source == ANSWER
    assert get(notebook, "impostor") == get(course(), "impostor")


def test_pasted_answer_follows_the_metadata() -> None:
    """A text pasted from another exercise as a start keeps that one's first line."""
    submitted = released()
    get(submitted, "flip").source = ANSWER
    get(submitted, "impostor").source = ANSWER + "\nimpostor = flip"
    notebook, repairs = graded(submitted)
    assert "nbgrader's metadata was followed" in only(repairs, "impostor")
    assert get(notebook, "flip").source == ANSWER
    assert get(notebook, "impostor").source == ANSWER + "\nimpostor = flip"


@pytest.mark.parametrize("case", ["no own cell", "other cell", "other cell without metadata"])
def test_pasted_answer_follows_its_first_line_if_in_doubt(case: str) -> None:
    """The exercise of the first line has no other cell, or that of the metadata has one."""
    submitted = released()
    pasted = get(submitted, "impostor")
    pasted.source = ANSWER
    if case == "no own cell":
        del submitted.cells[at(submitted, "flip")]
    else:
        own = code("# grade_id: impostor\nimpostor = 1")
        if case == "other cell":
            own = copy.deepcopy(get(released(), "impostor"))
            own.id = "own"
        submitted.cells.append(own)
    notebook, repairs = graded(submitted)
    assert "first line was followed" in " ".join(words(repairs, "flip"))
    assert get(notebook, "flip").source == ANSWER


@pytest.mark.parametrize("name", ["flip", "loops", "own"])
@pytest.mark.parametrize("region", ["HIDDEN TESTS", "MARK SCHEME"])
def test_lines_that_mark_nbgraders_regions_are_broken(name: str, region: str) -> None:
    """Else the lines between them would not run, and no feedback could be written."""
    submitted = released()
    submitted.cells.append(code(""))
    submitted.cells[-1].id = "own"
    get(submitted, name).source = f"{ANSWER}\n### BEGIN {region}\nx = 1\n### END {region}"
    notebook, _ = graded(submitted)
    theirs = next(cell for cell in notebook.cells if "x = 1" in cell.source)
    assert visible(theirs.source) == theirs.source
    for step in (ClearHiddenTests(), ClearMarkScheme()):
        step.enforce_metadata = True
        assert "x = 1" in step.preprocess_cell(theirs, {}, 0)[0].source


@pytest.mark.parametrize("known_by", ["comment", "metadata", "id", "name"])
def test_answer_is_found_by_any_label(known_by: str) -> None:
    submitted = released()
    cell = get(submitted, "flip")
    cell.source = ANSWER if known_by == "comment" else ANSWER.split("\n", 1)[1]
    if known_by != "metadata":
        cell.metadata = {}
    if known_by != "id":
        cell.id = "other"
    notebook, repairs = graded(submitted)
    assert get(notebook, "flip").source == cell.source
    told = words(repairs, "flip")
    assert bool(told) == (known_by == "name")
    assert ids(notebook) == ids(course())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("%matplotlib inline\nT_valid = 1", True),
        ("(a, *T_valid), b = (1, 2), 3", True),
        ("T_valid: list = []", True),
        ("class T_valid: pass", True),
        ("T_valid = '\\d'", True),  # Python warns about such an escape
        ("from somewhere import T_valid", False),
        ("def f():\n    T_valid = 1", False),
        ("T_valid[0] = 1", False),
        ("print(T_valid)", False),
        ("T_valid = (", False),
        ("T_valid = '\0'", False),
        pytest.param("T_valid = " + "-" * 20000 + "1", False, id="deep signs"),
        pytest.param("T_valid = 1" + "+ 1" * 20000, False, id="deep sum"),
    ],
)
def test_answer_without_label_is_found_by_what_it_binds(source: str, found: bool) -> None:
    submitted = released()
    place = at(submitted, "typed_valid")
    submitted.cells[place] = code(source)
    notebook, repairs = graded(submitted)
    assert (get(notebook, "typed_valid").source == source) == found
    assert len(words(repairs, "typed_valid")) == 1
    assert notebook.cells[place].source == source  # as an extra cell, when it is no answer


def test_one_cell_answers_one_exercise() -> None:
    """A cell that binds the names of two missing answers goes to the first of them."""
    submitted = released()
    submitted.cells[at(submitted, "typed_valid")] = code("T_valid = impostor = 1")
    del submitted.cells[at(submitted, "impostor")]
    notebook, repairs = graded(submitted)
    assert get(notebook, "typed_valid").source == "T_valid = impostor = 1"
    assert get(notebook, "impostor") == get(course(), "impostor")
    assert "none was found" in words(repairs, "impostor")[0]


def test_two_cells_that_bind_the_name_are_no_answer() -> None:
    submitted = released()
    place = at(submitted, "typed_valid")
    submitted.cells[place : place + 1] = [code("T_valid = 1"), code("T_valid = 2")]
    notebook, repairs = graded(submitted)
    assert "none was found" in only(repairs, "typed_valid")
    assert [cell.source for cell in notebook.cells[place : place + 2]] == [
        "T_valid = 1",
        "T_valid = 2",
    ]


def test_last_changed_copy_is_the_answer() -> None:
    """Of several answers the last one counts; others stay, and stubs between them go."""
    submitted = released()
    place = at(submitted, "flip")
    stub = submitted.cells[place]
    first, last = copy.deepcopy(stub), copy.deepcopy(stub)
    first.source, last.source = ANSWER, ANSWER.replace("1", "2")
    blank = copy.deepcopy(stub)
    blank.source = " \n"
    submitted.cells[place : place + 1] = [stub, first, copy.deepcopy(last), last, stub, blank]
    notebook, repairs = graded(submitted)
    assert "6 were found" in only(repairs, "flip")
    assert get(notebook, "flip").source == last.source
    assert notebook.cells[place].id == "extra_1"
    assert notebook.cells[place].source == ANSWER
    assert len(notebook.cells) == len(course().cells) + 1


def test_copies_of_a_stub_are_dropped() -> None:
    submitted = released()
    submitted.cells.append(copy.deepcopy(get(submitted, "flip")))
    notebook, repairs = graded(submitted)
    assert "2 were found" in only(repairs, "flip")
    assert notebook == course()


def test_empty_answer_is_the_stub() -> None:
    """An untouched written answer gets 0 points from nbgrader by itself; so does an empty one."""
    submitted = released(WRITTEN)
    get(submitted, "explain_break").source = ""
    notebook, repairs = graded(submitted, WRITTEN)
    assert repairs == []
    assert notebook == course(WRITTEN)


@pytest.mark.parametrize("kind", ["markdown", "raw", "gibberish"])
def test_answer_in_another_type_of_cell_is_turned_back(kind: str) -> None:
    submitted = released()
    cell = get(submitted, "flip")
    cell.source, cell.cell_type = ANSWER, kind
    notebook, repairs = graded(submitted)
    assert "cell type had been changed" in only(repairs, "flip")
    assert get(notebook, "flip").source == ANSWER


def test_written_answer_in_a_code_cell_is_turned_back() -> None:
    submitted = released(WRITTEN)
    text = "<!-- grade_id: explain_break -->\nBecause the ends differ."
    submitted.cells[at(submitted, "explain_break")] = code(text)
    notebook, repairs = graded(submitted, WRITTEN)
    assert "cell type had been changed" in words(repairs, "explain_break")[0]
    assert get(notebook, "explain_break").source == text


def test_picture_in_a_written_answer_is_told() -> None:
    """Feedback cannot be made of a notebook that names an attachment it does not carry."""
    submitted = released(WRITTEN)
    cell = get(submitted, "explain_break")
    cell.source += "\n![drawing](attachment:a.png)"
    cell.attachments = {"a.png": {"image/png": "<script>"}}
    notebook, repairs = graded(submitted, WRITTEN)
    assert "a picture" in only(repairs, "explain_break")
    assert "attachments" not in get(notebook, "explain_break")
    assert "attachment:" not in get(notebook, "explain_break").source


# -------------------------------------------------- examples and the student's own


def test_examples_keep_the_students_text() -> None:
    submitted = released()
    get(submitted, "loops").source = "w, x = [1.0], [2.0]"
    notebook, repairs = graded(submitted)
    assert repairs == []
    assert get(notebook, "loops").source == "w, x = [1.0], [2.0]"
    assert ids(notebook) == ids(course())


@pytest.mark.parametrize("kind", ["deleted", "raw"])
def test_example_that_did_not_run_is_left_out(kind: str) -> None:
    submitted = released()
    if kind == "deleted":
        del submitted.cells[at(submitted, "loops")]
    else:
        get(submitted, "loops").cell_type = kind
    notebook, repairs = graded(submitted)
    assert repairs == []
    assert [name for name in ids(course()) if name not in ids(notebook)] == ["loops"]


def test_edited_example_keeps_its_place_beside_a_copy() -> None:
    """The cell with the course's id is the example, even when an untouched copy comes first."""
    submitted = released()
    place = at(submitted, "loops")
    submitted.cells.insert(place, code(submitted.cells[place].source))
    submitted.cells[place + 1].source = "edited = 1"
    notebook, repairs = graded(submitted)
    assert repairs == []
    assert ids(notebook)[place : place + 2] == ["extra_1", "loops"]
    assert get(notebook, "loops").source == "edited = 1"


def test_equal_examples_are_told_apart_by_their_order() -> None:
    ours, submitted = course(), released()
    for notebook in (ours, submitted):
        notebook.cells.append(copy.deepcopy(get(notebook, "loops")))
        notebook.cells[-1].id = "loops_again"
    for cell in submitted.cells:
        del cell["id"]
    assert rebuild(ours, submitted) == (ours, [])


def test_changed_text_cells_are_the_courses() -> None:
    submitted = released()
    get(submitted, "title").source = "# My title"
    notebook, repairs = graded(submitted)
    assert (repairs, notebook) == ([], course())


def test_text_cell_turned_into_code_is_the_students() -> None:
    submitted = released()
    submitted.cells[at(submitted, "window")] = code("mine = 1")
    submitted.cells[at(submitted, "loops") + 1].id = "window"
    notebook, _ = graded(submitted)
    assert ids(notebook)[at(notebook, "loops") + 1] == "extra_1"
    assert get(notebook, "extra_1").source == "mine = 1"


def test_extra_cells_stay_where_they_stood() -> None:
    """Own cells follow the cell they followed, numbered in order; raw and empty ones go."""
    submitted = released()
    note = nbformat.from_dict({"cell_type": "markdown", "metadata": {}, "source": "a note"})
    note.attachments = {"a.png": {}}
    raw = nbformat.from_dict({"cell_type": "raw", "metadata": {}, "source": "raw"})
    behind = at(submitted, "flip_test") + 1
    submitted.cells[behind:behind] = [code("two = 2"), raw, code("  \n"), note]
    submitted.cells.insert(0, code("one = 1"))
    submitted.cells.append(code("four = 4", nbgrader="junk"))
    notebook, repairs = graded(submitted)
    assert repairs == []
    mine = [(i, c.source) for i, c in enumerate(notebook.cells) if c.id.startswith("extra_")]
    end = len(notebook.cells) - 1
    assert mine == [
        (0, "one = 1"),
        (behind + 1, "two = 2"),
        (behind + 2, "a note"),
        (end, "four = 4"),
    ]
    assert [notebook.cells[i].id for i, _ in mine] == [f"extra_{n}" for n in (1, 2, 3, 4)]


def test_extra_cell_after_a_dropped_copy_stays() -> None:
    """A pasted copy of an early cell does not drag what follows it to the top."""
    submitted = released()
    submitted.cells += [copy.deepcopy(get(submitted, "setup")), code("mine = 1")]
    notebook, _ = graded(submitted)
    assert notebook.cells[-1].source == "mine = 1"


# --------------------------------------------------------------- whole notebooks


def test_order_is_restored_and_told_once() -> None:
    submitted = released()
    submitted.cells.reverse()
    notebook, repairs = graded(submitted)
    assert "order was restored" in only(repairs, "")
    assert notebook == course()


def test_deleting_and_copying_is_not_reordering() -> None:
    submitted = released()
    del submitted.cells[at(submitted, "flip_test")]
    submitted.cells.insert(0, copy.deepcopy(get(submitted, "impostor")))
    submitted.cells.insert(0, submitted.cells.pop(at(submitted, "loops")))
    _, repairs = graded(submitted)
    assert [repair.grade_id for repair in repairs] == ["impostor", "flip_test"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_ids", [True, False])
def test_lost_metadata_is_told_once(name: str, with_ids: bool) -> None:
    """Without any metadata every cell is found again, and one sentence says so."""
    submitted = released(name)
    submitted.metadata = {}
    for number, cell in enumerate(submitted.cells):
        cell.metadata = {"id": f"colab_{number}"}
        if is_answer(get(course(name), cell.id)):
            cell.source += "\nanswered"
        if not with_ids:
            del cell["id"]
    notebook, repairs = graded(submitted, name)
    marked = sum(bool(mark(cell)) for cell in course(name).cells)
    assert f"missing on {marked} of {marked}" in only(repairs, "")
    assert ids(notebook) == ids(course(name))
    answers = [cell for cell in notebook.cells if is_answer(cell)]
    assert all(cell.source.endswith("\nanswered") for cell in answers)


@pytest.mark.parametrize("submitted", [released(WRITTEN), nbformat.v4.new_notebook()])
def test_wrong_file_is_told_once(submitted: NotebookNode) -> None:
    """Notebooks of the course share a few locked cells, which do not make it the right one."""
    _, repairs = graded(submitted)
    assert "may be the wrong file" in only(repairs, "")


def test_foreign_cells_of_a_wrong_file_are_kept_at_the_top() -> None:
    notebook, _ = graded({"cells": [code("a = 1"), code("b = 2")]})
    assert [cell.source for cell in notebook.cells[:2]] == ["a = 1", "b = 2"]


JUNK = [None, True, 3, float("nan"), "text", "\ud800", [], ["a", 1, None], {}, {"a": {"b": []}}]


@pytest.mark.parametrize("value", JUNK, ids=repr)
@pytest.mark.parametrize(
    "key", ["id", "cell_type", "metadata", "source", "outputs", "attachments"]
)
def test_junk_in_a_field_raises_nothing(key: str, value: Any) -> None:
    submitted = released()
    for cell in submitted.cells:
        cell[key] = copy.deepcopy(value)
    notebook, _ = graded(submitted)
    nbformat.writes(notebook).encode()


@pytest.mark.parametrize("value", JUNK, ids=repr)
@pytest.mark.parametrize("key", ["nbgrader", "tags", "grade_id", "points", "grade", "solution"])
def test_junk_in_metadata_raises_nothing(key: str, value: Any) -> None:
    submitted = released()
    for cell in submitted.cells:
        cell.source += "\n\ud800"
        inside = cell.metadata if key in ("nbgrader", "tags") else mark(cell)
        inside[key] = copy.deepcopy(value)
    notebook, _ = graded(submitted)
    nbformat.writes(notebook).encode()


@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_junk_for_cells_raises_nothing(value: Any) -> None:
    for submitted in (value, {"cells": value}, {"cells": [value, *released().cells]}):
        graded(submitted)


def test_repairs_quote_nothing_of_the_submission() -> None:
    submitted = released()
    for cell in submitted.cells:
        cell.source, cell.cell_type = "<script>", "<script>"
        cell.metadata.tags = ["<script>"]
        if mark(cell):
            mark(cell)["points"] = "<script>"
    _, repairs = graded(submitted)
    assert len(repairs) > 10
    assert not any("<script>" in repair.words + repair.grade_id for repair in repairs)


# ---------------------------------------------------------------- any damage at all

DAMAGE = st.sampled_from(
    ["keep", "keep", "keep", "delete", "twice", "metadata", "id", "both", "edit", "type", "swap"]
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_damage_gives_the_courses_cells(data: st.DataObject) -> None:
    """However cells are shuffled, copied, deleted and stripped, `graded` holds its promises."""
    cells = []
    other = released(WRITTEN).cells
    for cell in released().cells:
        what = data.draw(DAMAGE)
        if what in ("metadata", "both"):
            cell.metadata = {}
        if what in ("id", "both"):
            del cell["id"]
        if what == "edit":
            cell.source = data.draw(st.sampled_from(["", "x = 1", ANSWER, cell.source + "\n1"]))
        if what == "type":
            cell.cell_type = data.draw(st.sampled_from(["code", "markdown", "raw"]))
        if what == "swap":
            cell.metadata = copy.deepcopy(data.draw(st.sampled_from(other)).metadata)
        if what != "delete":
            cells.append(cell)
        if what == "twice":
            cells.append(copy.deepcopy(cell))
    if data.draw(st.booleans()):
        cells = data.draw(st.permutations(cells))
    graded(nbformat.from_dict({"cells": cells}))


# ------------------------------------------------------------------ hidden regions

MARKED = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"


@pytest.mark.parametrize(
    ("source", "lines", "text"),
    [
        ("", set(), ""),
        ("a\nb", set(), "a\nb"),
        (MARKED, {2, 3, 4}, "a\nc"),
        (f"{MARKED}\n{MARKED}\n", {2, 3, 4, 7, 8, 9}, "a\nc\na\nc\n"),
        ("a\n### BEGIN HIDDEN TESTS\nb\n", {2, 3, 4}, "a"),
        ("  # BEGIN HIDDEN TESTS of ours\nb", {1, 2}, ""),
        ("a\n### END HIDDEN TESTS\nb", {2}, "a\nb"),
        ("a\n### BEGIN MARK SCHEME\nb\n### END MARK SCHEME", {2, 3, 4}, "a"),
    ],
)
def test_hidden_regions(source: str, lines: set[int], text: str) -> None:
    assert hidden_lines(source) == lines
    assert visible(source) == text


@pytest.mark.parametrize("name", NAMES)
def test_visible_is_what_nbgrader_hands_out(name: str) -> None:
    for cell in course(name).cells:
        text = visible(cell.source)
        for step in (ClearHiddenTests(), ClearMarkScheme()):
            step.enforce_metadata = False
            cell, _ = step.preprocess_cell(cell, {}, 0)
        assert cell.source == text
