"""The summary says what is missing instead of failing."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from convgrade.summary import main, table


def test_columns_are_aligned() -> None:
    assert table([["name", "points"], ["a", "7"], ["longer", "12.5"]]) == (
        "name    points\na            7\nlonger    12.5"
    )


def test_missing_gradebook_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/gradebook.db"
    assert main(["toeplitz", "--db", url]) == 1
    assert f"There is no gradebook at {url}" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # alembic's, while nbgrader upgrades
def test_unknown_assignment_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import sys

    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    url = f"sqlite:///{tmp_path}/gradebook.db"
    with Gradebook(url, "convolution-is-a-matrix") as gradebook:
        gradebook.add_assignment("toeplitz")
    assert main(["fourier", "--db", url]) == 1
    assert "no assignment 'fourier'; it has: toeplitz." in capsys.readouterr().out
