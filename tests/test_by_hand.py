"""What a person grades stands first in formgrader, and nothing is lost from the page."""

from __future__ import annotations

import copy
from typing import Any

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode

from convgrade.plugins.formgrade import ByHandFirst, by_hand_first


def cell(name: str, kind: str = "code", **marks: Any) -> NotebookNode:
    make = v4.new_code_cell if kind == "code" else v4.new_markdown_cell
    made = make(f"text of {name}", id=name)
    if marks:
        made.metadata["nbgrader"] = {"grade_id": name, "schema_version": 3, **marks}
    return made


def heading(name: str) -> NotebookNode:
    made = cell(name, "markdown")
    made.source = f"## {name}"
    return made


@pytest.fixture
def nb() -> NotebookNode:
    """Return a notebook with two tested answers and a written one with a guide, and a task."""
    return v4.new_notebook(
        cells=[
            heading("title"),
            cell("setup", locked=True),
            heading("one"),
            cell("f", solution=True),
            cell("f_hint", "markdown"),
            cell("g", solution=True),
            cell("f_test", grade=True, locked=True, points=1),
            cell("picture"),
            cell("guide", "markdown", locked=True, grade=False, solution=False),
            cell("why", "markdown", grade=True, solution=True, points=2),
            cell("task", "markdown", task=True, locked=True, points=3),
            cell("extra_1"),
        ]
    )


def names(nb: NotebookNode) -> list[str]:
    """Return the cells' names, without what names the two halves."""
    return [c.id for c in nb.cells if c.source not in ("## To grade by hand",
            "## The whole notebook\n\nWithout what stands above.")]  # fmt: skip


def test_written_answers_come_first_with_their_guide(nb: NotebookNode) -> None:
    before = copy.deepcopy(nb.cells)
    by_hand_first(nb, set())
    assert nb.cells[0].source == "## To grade by hand"
    assert names(nb)[:3] == ["why", "guide", "task"]
    assert sorted(names(nb)) == sorted(c.id for c in before)
    assert names(nb)[3:] == [c.id for c in before if c.id not in names(nb)[:3]]
    assert all(one in nb.cells for one in before)  # unchanged


def test_a_test_that_waits_brings_the_answers_that_it_is_about(nb: NotebookNode) -> None:
    by_hand_first(nb, {"f_test", "why"})
    assert names(nb)[:5] == ["f", "g", "f_test", "one", "f_hint"]
    assert names(nb)[5:8] == ["why", "guide", "task"]
    assert len(set(names(nb))) == 12


def test_a_notebook_without_written_answers_stays(nb: NotebookNode) -> None:
    nb.cells = nb.cells[:8]
    before = copy.deepcopy(nb.cells)
    by_hand_first(nb, set())
    assert nb.cells == before


def test_other_pages_of_the_exporter_stay(nb: NotebookNode) -> None:
    before = copy.deepcopy(nb.cells)
    assert ByHandFirst().preprocess(nb, {})[0].cells == before
