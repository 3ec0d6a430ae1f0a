"""What notebook `layers/4_fourier` asks of the kit: complex answers, little memory, five ways."""

from __future__ import annotations

import resource

import pytest
import torch
import torch.nn.functional as F

from convkit import compare, little_memory, measure_ways
from convkit.measuring import WAYS, _prepare


def test_both_complex_precisions_count_where_single_is_expected() -> None:
    wave = torch.polar(torch.ones(9), torch.arange(9) * 2.1)
    for dtype in (torch.complex64, torch.complex128):
        assert compare(wave, wave.to(dtype)) is None
        assert compare(wave, wave.to(dtype).conj().conj()) is None
        assert compare(wave, wave.to(dtype).tolist()) is None
    assert compare(wave, wave.conj()) is not None
    assert compare(wave, wave * 1.001) is not None


def test_double_complex_needs_double_digits() -> None:
    wave = torch.polar(torch.ones(9).double(), torch.arange(9).double() * 2.1)
    assert compare(wave, wave.to(torch.complex64)) is not None
    assert compare(wave, wave.numpy()) is None


def test_complex_numbers_are_no_answer_where_real_ones_are_wanted() -> None:
    y = torch.tensor([1.0, 2.0, 3.0])
    problem = compare(y, y + 0j)
    assert problem is not None
    assert "real numbers" in problem.expected
    assert problem.yours == "complex numbers"


def test_little_memory_refuses_what_is_too_large_and_gives_the_limit_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with little_memory(0.5), pytest.raises((MemoryError, RuntimeError), match=r"allocate"):
        torch.zeros(10**5, 10**4, dtype=torch.float64)
    with little_memory(0.5):
        assert torch.zeros(10**6).sum() == 0
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize(("k", "n"), [(1, 2), (3, 7), (4, 9), (8, 33)])
def test_the_five_ways_give_the_same(k: int, n: int) -> None:
    w, x = torch.linspace(1, 2, k), torch.linspace(-1, 3, n) ** 2
    right = F.conv1d(x[None, None], w[None, None])[0, 0]
    for way in WAYS:
        run = _prepare(way, w, x)
        assert run is not None
        torch.testing.assert_close(run(), right, rtol=1e-4, atol=1e-4)


def test_where_no_pictures_are_drawn_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVKIT_PICTURES", "off")
    counted, measured = measure_ways([8, 16], [3, 9])
    assert measured == {}
    assert set(counted) == {(3, 8), (3, 16), (9, 16)}
    assert counted[3, 8]["dense T"] == 6 * 8
    assert counted[3, 8]["im2col"] == 6 * 3


def test_ways_are_measured_and_what_is_too_large_is_left_out() -> None:
    threads = torch.get_num_threads()
    _, measured = measure_ways([8, 6000], [3])
    assert torch.get_num_threads() == threads
    assert measured[3, 6000]["dense T"] is None
    assert all(seconds for way, seconds in measured[3, 6000].items() if way != "dense T")
    assert all(measured[3, 8].values())
