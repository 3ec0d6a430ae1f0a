"""A session shows what a Jupyter kernel shows: the same cells through both, compared."""

from __future__ import annotations

from pathlib import Path

import pytest
import same_outputs
from conftest import ROOT
from found import Place
from gate import notebooks
from same_outputs import FOUND, RENEW, all_differing, differing, run, seen, some_differing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TRIED = sorted((ROOT / "tests" / "sessions").glob("*.ipy"))
PLACE = ("toeplitz", "1_toeplitz_1d")


def cells_of(path: Path) -> list[str]:
    """Return the cells of a file: what the tests of nbclient and ipykernel try."""
    return [cell.removesuffix("\n") for cell in path.read_text().split("# %%\n")[1:]]


@pytest.mark.parametrize("path", TRIED, ids=lambda path: path.stem)
def test_a_session_shows_what_a_kernel_shows(path: Path) -> None:
    limit = 3 if path.stem == "too_long" else 60
    assert differing(cells_of(path), timeout=limit) == []


def test_a_cell_may_be_long() -> None:
    """Longer than what is read of a student's output."""
    (cell,) = run([f"len('{'x' * 9_000_000}')"])
    assert seen(cell)[0]["data"] == {"text/plain": "9000000"}


def test_a_child_process_prints_into_the_notebook() -> None:
    """Also from Python: a kernel in a box loses that, since it opens a port for it."""
    fork = (
        "import os\nif os.fork() == 0:\n    print('in the child', flush=True)\n    os._exit(0)\n"
    )
    (cell,) = run([f"{fork}os.wait()[1]"])
    assert seen(cell)[0] == ["stream", "stdout", "in the child\n"]


@pytest.mark.parametrize("place", notebooks(), ids="-".join)
def test_all_notebooks_of_today_have_been_run_both_ways(place: Place) -> None:
    """And showed the same with all answers: else what is below runs all, and this fails."""
    assert FOUND.fresh(place), RENEW


def test_no_notebook_that_is_gone_is_on_record() -> None:
    assert FOUND.kept().keys() <= {"/".join(place) for place in notebooks()}, RENEW


@pytest.mark.parametrize("place", notebooks(), ids="-".join)
def test_answers_show_the_same(place: Place) -> None:
    """All cells of a notebook with their solutions, then answers: all that are not known."""
    assert (some_differing if FOUND.fresh(place) else all_differing)(place) == []


def test_a_difference_is_found() -> None:
    """Of what carries a kernel's messages, which is told apart."""
    asked = "type(get_ipython().kernel.iopub_thread).__name__"
    ((cell, *shown),) = differing(["1 + 1", asked])
    assert cell == asked
    texts = [output["data"]["text/plain"] for (output,) in shown]
    assert texts == ["'Direct'", "'IOPubThread'"]


def test_another_answer_or_program_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of test_same_points.py say, whose digest this one holds."""
    before = FOUND.digest(PLACE)
    assert FOUND.digest(PLACE) == before
    monkeypatch.setattr(same_outputs, "digest", lambda _: "others")
    assert FOUND.digest(PLACE) != before
