"""A cell that the grader's Python cannot parse, where the student's Python could."""

from __future__ import annotations

import sys

import nbformat.v4 as v4
import pytest
from nbformat import NotebookNode
from test_trusted import answer, cell, check, shown

from convgrade.cells import python_version
from convgrade.trusted import TrustedClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

BROKEN = "def f(x):\n    return (x"  # stands for what only a later Python takes
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
LATER = f"{sys.version_info[0]}.{sys.version_info[1] + 1}"


def graded(source: str, version: str) -> TrustedClient:
    notebook = v4.new_notebook(cells=[answer("a", source, "f"), check("f", "assert f(1) == 1")])
    notebook.metadata["convgrade"] = {"python": version}
    client = TrustedClient(notebook, None, None, kernel_name="python3", preload=["numpy"])
    client.grade()
    return client


@pytest.mark.parametrize(
    ("version", "found"),
    [("3.12.4", "3.12"), ("3.12", "3.12"), ("3.120.1", "3.120"), ("2.7", ""), ("3.x", ""),
     (3.12, ""), (None, ""), ("3.12<script>", "3.12"), ("3.9999", "")],
)  # fmt: skip
def test_one_plain_fact_of_the_metadata_is_kept(version: object, found: str) -> None:
    assert python_version(NotebookNode(metadata={"language_info": {"version": version}})) == found
    assert python_version({"metadata": {"language_info": [version]}}) == ""


def test_both_versions_are_said_where_a_cell_does_not_parse() -> None:
    client = graded(BROKEN, LATER)
    words = f"written with Python {LATER}, graded with Python {HERE}"
    assert words in shown(client, "a")
    assert any(words in note for note in client.notes["a"])
    assert client.points == {"f": 0.0}


@pytest.mark.parametrize(
    ("source", "version"),
    [(BROKEN, HERE), (BROKEN, ""), ("def f(x):\n    return x", LATER),
     ("exec('(')\ndef f(x):\n    return x", LATER)],
)  # fmt: skip
def test_nothing_is_said_otherwise(source: str, version: str) -> None:
    client = graded(source, version)
    assert "graded with" not in shown(client, "a")
    assert "a" not in client.notes


def test_cells_have_no_version() -> None:
    """A cell's own metadata does not count."""
    assert python_version({"metadata": {}, "cells": [cell("extra", "", "1")]}) == ""
