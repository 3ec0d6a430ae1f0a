"""Count and measure five ways to convolve: the map that says where each is fastest."""

from __future__ import annotations

import math
import os
import time
import warnings
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

from convkit.threads import one_thread

WAYS = ("dense T", "sparse T", "im2col", "FFT", "PyTorch")
_MOST = 17_000_000  # numbers that a way may store: more would take long to make

#: By (k, n): a number for each way, None where it would store too much.
Map = dict[tuple[int, int], dict[str, float | None]]


def count_operations(k: int, n: int) -> dict[str, float | None]:
    """Return about how many multiplications each way takes, for one signal.

    PyTorch's own way is taken for the direct one: windows times taps. The FFT's number is that of
    three transforms of length n, each ``2 n log2(n)`` real multiplications, and ``4 n`` between.
    """
    m = n - k + 1
    fft = 3 * 2 * n * math.log2(n) + 4 * n
    direct = float(m * k)
    return {"dense T": float(m * n), "sparse T": direct, "im2col": direct, "FFT": fft,
            "PyTorch": direct}  # fmt: skip


def _prepare(way: str, w: torch.Tensor, x: torch.Tensor) -> Callable[[], torch.Tensor] | None:
    """Return what is timed: matrices are made before, as a layer would make them once."""
    k, n = len(w), len(x)
    m = n - k + 1
    stored = {"dense T": m * n, "sparse T": m * k, "im2col": m * k, "FFT": n, "PyTorch": n}[way]
    if stored > _MOST:
        return None
    if way == "dense T":
        T = x.new_zeros(m, n + 1)
        T.view(-1)[: m * (n + 1)].view(m, n + 1)[:, :k] = w
        dense = T.view(-1)[: m * n].view(m, n)  # each row begins one place further to the right
        return lambda: dense @ x
    if way == "sparse T":
        columns = (torch.arange(m)[:, None] + torch.arange(k)).reshape(-1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch calls its sparse matrices a trial
            sparse = torch.sparse_csr_tensor(
                torch.arange(0, m * k + 1, k), columns, w.repeat(m), size=(m, n)
            )
        return lambda: sparse @ x
    if way == "im2col":
        return lambda: x.unfold(0, k, 1).contiguous() @ w
    if way == "FFT":
        return lambda: torch.fft.irfft(torch.fft.rfft(x) * torch.fft.rfft(w, n).conj(), n)[:m]
    return lambda: F.conv1d(x[None, None], w[None, None])[0, 0]


def _seconds(run: Callable[[], torch.Tensor]) -> float:
    """Return the least of several times: what else the machine does only makes it slower."""
    best, begin = math.inf, time.perf_counter()
    run()
    for _ in range(30):
        start = time.perf_counter()
        run()
        end = time.perf_counter()
        best = min(best, end - start)
        if end - begin > 0.03:
            break
    return best


def _time_of(way: str, w: torch.Tensor, x: torch.Tensor) -> float | None:
    run = _prepare(way, w, x)
    return None if run is None else _seconds(run)


def measure_ways(lengths: Sequence[int], kernels: Sequence[int]) -> tuple[Map, Map]:
    """Count the multiplications of each way, and measure its seconds here and now.

    With CONVKIT_PICTURES=off nothing is measured: where nobody looks at the map, it would only
    take time.

    Everything runs on one thread: what several gain depends on what else the machine does.

    Parameters
    ----------
    lengths, kernels : sequence of int
        Numbers n of the signals and k of the kernels.

    Returns
    -------
    counted, measured : dict from (k, n) to a dict from way to number, or to None where the way
        would store more than 17 million numbers
    """
    counted: Map = {}
    measured: Map = {}
    generator = torch.Generator().manual_seed(4)
    for k in kernels:
        for n in lengths:
            if k >= n:
                continue
            w, x = torch.rand(k, generator=generator), torch.rand(n, generator=generator)
            counted[k, n] = count_operations(k, n)
            if os.environ.get("CONVKIT_PICTURES") == "off":
                continue
            with one_thread():
                measured[k, n] = {way: _time_of(way, w, x) for way in WAYS}
    return counted, measured
