"""What keeps a check quick: one thread of PyTorch, no garbage collected, little loaded.

Before and after it all is as it was.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest
import torch
from conftest import ROOT

from convkit import check, matrix_of


def test_one_thread_inside_and_as_it_was_outside() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    counts: list[int] = []

    def note(*args: object) -> torch.Tensor:
        counts.append(torch.get_num_threads())
        return torch.ones(2)

    def broken(*args: object) -> torch.Tensor:
        raise KeyboardInterrupt

    try:
        check("nothing", note, note, cases=[(1,)], worth="0 of 1 point", hidden="")
        matrix_of(note, 2)
        assert set(counts) == {1}
        assert len(counts) >= 4
        with pytest.raises(KeyboardInterrupt):
            matrix_of(broken, 2)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_no_garbage_is_collected_inside_and_as_it_was_outside() -> None:
    told: list[bool] = []

    def note(*args: object) -> torch.Tensor:
        told.append(gc.isenabled())
        return torch.ones(2)

    def stopped(*args: object) -> torch.Tensor:
        raise KeyboardInterrupt

    assert gc.isenabled()
    check("nothing", note, note, cases=[(1,)], worth="0 of 1 point", hidden="")
    assert set(told) == {False}
    with pytest.raises(KeyboardInterrupt):
        check("nothing", stopped, note, cases=[(1,)], worth="0 of 1 point", hidden="")
    assert gc.isenabled()
    gc.disable()
    try:
        check("nothing", note, note, cases=[(1,)], worth="0 of 1 point", hidden="")
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("place", ["folder", "archive"])
@pytest.mark.slow
def test_a_wrong_answer_loads_what_is_known_of_its_own_notebook(place: str) -> None:
    """Where nothing compiled may be kept, as in an archive, to load all takes a quarter second."""
    path = ROOT if place == "folder" else ROOT / "source" / "toeplitz" / "convkit.zip"
    code = f"""
import sys
sys.path.insert(0, {str(path)!r})
import convkit
assert {str(path)!r} in convkit.__file__
def loaded():
    return sorted(name for name in sys.modules if name.count(".") == 3 and ".ideas." in name)
assert loaded() == []
wrong = lambda n, k: n + k - 1
convkit.check("valid_length", wrong, lambda n, k: n - k + 1, [(6, 3)], worth="", hidden="")
assert loaded() == ["convkit.ideas.toeplitz.toeplitz_1d"], loaded()
"""
    found = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert "This is exactly what comes out when" in found.stdout


@pytest.mark.slow
def test_no_check_of_gradients_imports_a_library_for_symbols() -> None:
    """PyTorch does so for `autograd.grad` with grad_output: two seconds, in the first check."""
    path = ROOT / "source" / "layers" / "3_adjoint.ipynb"
    code = f"""
import sys, nbformat
sys.path.insert(0, {str(ROOT)!r})
names = {{"In": []}}
for cell in nbformat.read({str(path)!r}, as_version=4).cells:
    if cell.cell_type == "code" and not cell.source.startswith("%"):
        text = cell.source.split("### BEGIN HIDDEN TESTS")[0]
        names["In"].append(text)
        exec(text, names)
    if cell.id == "conv1d_backward_test":
        break
else:
    raise AssertionError("the exercise is not there any more")
assert "sympy" not in sys.modules
"""
    env = {
        "CONVKIT_PICTURES": "off",
        "MPLBACKEND": "agg",
        "PATH": os.defpath,
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
