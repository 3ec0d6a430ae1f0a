"""Inside a check and `matrix_of` PyTorch computes in one thread; before and after as it was."""

from __future__ import annotations

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
