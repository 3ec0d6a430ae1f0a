"""What misconceptions give in notebook 4 of `layers`, 4_fourier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from convkit.draws import Draw
from convkit.slips import Slip, slips_on

Vectors = tuple[torch.Tensor, torch.Tensor]


def _walk(draw: Draw) -> tuple[int, int]:
    """Draw a length and a number of rounds, often negative or beyond the length."""
    n = draw.integer(5, 9)
    return n, n * draw.integer(-2, 1) + draw.integer(1, (n - 1) // 2)


def _spectrum(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel and the size of a circle, every other time just the kernel's."""
    k = draw.integer(3, 6)
    return draw.weight(k), k + draw.integer(0, 1) * draw.integer(1, 5)


def _circle(draw: Draw) -> Vectors:
    """Draw a kernel and a signal on a circle."""
    k = draw.integer(2, 5)
    return draw.weight(k), draw.signal(k + draw.integer(1, 6))


def _line(draw: Draw) -> Vectors:
    """Draw a kernel and a signal; either may be the longer one."""
    return draw.weight(draw.integer(2, 7)), draw.signal(draw.integer(2, 7))


def _double(draw: Draw) -> Vectors:
    """Draw as `_circle`, in float64."""
    k = draw.integer(2, 5)
    n = k + draw.integer(1, 6)
    return draw.weight(k, dtype=torch.float64), draw.signal(n, dtype=torch.float64)


def _corner(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[torch.Tensor, ...]:
    """Draw first column and row of a matrix, wide, square or tall, and a signal."""
    m, n = draw.integer(3, 7), draw.integer(3, 7)
    first_column, first_row = draw.weight(m, dtype=dtype), draw.weight(n, dtype=dtype)
    first_row[0] = first_column[0]
    return first_column, first_row, draw.signal(n, dtype=dtype)


def _corner_double(draw: Draw) -> tuple[torch.Tensor, ...]:
    """Draw as `_corner`, in float64."""
    return _corner(draw, torch.float64)


def _square(draw: Draw) -> tuple[torch.Tensor, ...]:
    """Draw as `_corner`, a square matrix."""
    m = draw.integer(4, 8)
    first_column, first_row = draw.weight(m), draw.weight(m)
    first_row[0] = first_column[0]
    return first_column, first_row, draw.signal(m)


def _blurred(draw: Draw, dtype: torch.dtype = torch.float32) -> Vectors:
    """Draw a kernel whose circulant is far from singular, and what it has made of a signal."""
    k = draw.integer(2, 5)
    taps = draw.weight(k, dtype=dtype) / (4 * k * k + 8)
    taps[draw.integer(0, k - 1)] += 1.5
    return taps, draw.signal(k + draw.integer(1, 6), dtype=dtype)


def _blurred_double(draw: Draw) -> Vectors:
    """Draw as `_blurred`, in float64."""
    return _blurred(draw, torch.float64)


def _phases(n: int, m: float, first: float = 0.0, unit: float = 2 * torch.pi) -> torch.Tensor:
    """Return points on the unit circle, of single precision."""
    places = torch.arange(n, dtype=torch.float64) + first
    return torch.polar(torch.ones(n).double(), unit * places * m / n).to(torch.complex64)


def _circulant(weight: torch.Tensor, n: int) -> torch.Tensor:
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i) for i in range(n)])


def _factors(weight: torch.Tensor, n: int) -> torch.Tensor:
    """Return the factors, from what the matrix makes of each wave at its place 0."""
    row = _circulant(weight, n)[0].double()
    return torch.stack([(row * _phases(n, m)).sum() for m in range(n)]).to(torch.complex64)


def _times(first_column: torch.Tensor, first_row: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    line = torch.cat([first_row.flip(0), first_column[1:]])
    places = torch.arange(len(first_column))[:, None] - torch.arange(len(x)) + len(x) - 1
    y: torch.Tensor = line[places] @ x
    return y


def _column_around(first_column: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Take the column, cut or filled up, for the first one of a circulant as large as ``x``."""
    c = torch.cat([first_column, x.new_zeros(len(x))])[: len(x)]
    return _times(c, torch.cat([c[:1], c[1:].flip(0)]), x)


def _solved(weight: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    x: torch.Tensor = torch.linalg.solve(_circulant(weight, len(y)).double(), y.double())
    return x.to(y.dtype)


def _scaled(power: float) -> Callable[..., Any]:
    """Return a slip: the right vector times a power of its length."""

    def wrong(right: Callable[..., Any], *args: Any) -> Any:
        y = right(*args)
        return y * float(len(y)) ** power

    return wrong


def _spoiled(
    w: torch.Tensor, y: torch.Tensor, change: Callable[[torch.Tensor], torch.Tensor]
) -> torch.Tensor:
    """Multiply the spectrum of ``y`` by what is made of the factors of a circulant."""
    factors = _factors(w, len(y)).to(torch.complex128)
    back: torch.Tensor = torch.fft.ifft(change(factors) * torch.fft.fft(y.double()))
    return back.real.to(y.dtype)


def _folded(y: torch.Tensor, size: int) -> torch.Tensor:
    """Lay a vector around a circle of that size, not much smaller than it."""
    around = y[:size].clone()
    around[: len(y) - size] += y[size:]
    return around


_SCALED = tuple(("M113", _scaled(power)) for power in (-1, -0.5, 0.5, 1))
_COMPLEX = ("M114.as_it_is", lambda right, *args: right(*args) + 0j)
_SIZE = ("M114", lambda right, *args: right(*args).abs())
_ROUNDED = ("M16", lambda right, *args: right(*args).float())

#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "dft_vector": slips_on(
        _walk,
        ("M111", lambda right, n, m: _phases(n, -m)),
        ("M111", lambda right, n, m: _phases(n, abs(m))),
        ("M112", lambda right, n, m: _phases(n, m, unit=1.0)),
        ("M112", lambda right, n, m: _phases(n, m, unit=torch.pi)),
        ("M112", lambda right, n, m: _phases(n, m, unit=360.0)),
        *_SCALED[:2],
        ("M114", lambda right, n, m: _phases(n, m).real),
        ("M114", lambda right, n, m: _phases(n, m).imag),
        ("M115", lambda right, n, m: _phases(n, m, first=1.0)),
        ("M115", lambda right, n, m: _phases(n, m * n / (n - 1))),
        cases=12,
        right=_phases,
    ),
    "circulant_eigenvalues": slips_on(
        _spectrum,
        ("M77", lambda right, w, n: _factors(w, n).conj().resolve_conj()),
        *_SCALED,
        ("M114", lambda right, w, n: _factors(w, n).real),
        ("M114", lambda right, w, n: _factors(w, n).abs()),
        ("M06", lambda right, w, n: _factors(w[:-1], n)),
        ("M116", lambda right, w, n: _factors(w, n).roll(n // 2)),
        ("M116", lambda right, w, n: _factors(w, n).roll(-1)),
        cases=16,
        right=_factors,
    ),
    "circular_correlation_fft": (
        *slips_on(
            _circle,
            ("M77", lambda right, w, x: right(w.flip(0), x).roll(len(w) - 1)),
            ("M77", lambda right, w, x: right(w, x).flip(0).roll(1)),
            ("M77", lambda right, w, x: right(w.flip(0), x).roll(len(w) - 1).flip(0).roll(1)),
            *_SCALED,
            ("M110", lambda right, w, x: right(w, torch.cat([x, 0 * x]))[: len(x)]),
            _COMPLEX,
            _SIZE,
            ("M114", lambda right, w, x: _spoiled(w, x, lambda z: z.real + 0j)),
            cases=16,
        ),
        *slips_on(_double, _ROUNDED),
    ),
    "linear_convolution_fft": (
        *slips_on(
            _line,
            ("M77", lambda right, w, x: right(w.flip(0), x).roll(1 - len(w))),
            ("M77", lambda right, w, x: right(w, x.flip(0)).roll(1 - len(x))),
            ("M01", lambda right, w, x: right(w.flip(0), x)),
            ("M05", lambda right, w, x: torch.cat([right(w, x), x.new_zeros(1)])),
            ("M110", lambda right, w, x: _folded(right(w, x), max(len(w), len(x)))),
            (
                "M110",
                lambda right, w, x: torch.cat(
                    [
                        _folded(right(w, x), max(len(w), len(x))),
                        x.new_zeros(min(len(w), len(x)) - 1),
                    ]
                ),
            ),
            (
                "M17",
                lambda right, w, x: right(w, x)[min(len(w), len(x)) - 1 : max(len(w), len(x))],
            ),
            _COMPLEX,
            _SIZE,
            *_SCALED,
            cases=16,
        ),
        *slips_on(_double, _ROUNDED),
    ),
    "toeplitz_matvec": (
        *slips_on(
            _corner,
            (
                "M117",
                lambda right, c, r, x: _times(c, torch.cat([r[:1], r[1:].flip(0)]), x),
            ),
            ("M118", lambda right, c, r, x: _times(c, torch.cat([r[:1], r[:-1]]), x)),
            ("M17", lambda right, c, r, x: _times(torch.cat([c, r[1:].flip(0)]), r, x)),
            _COMPLEX,
            _SIZE,
            cases=16,
            right=_times,
        ),
        *slips_on(
            _square,
            ("M110", lambda right, c, r, x: _column_around(c, x)),
            (
                "M110",
                lambda right, c, r, x: _times(torch.cat([r[:1], r[1:].flip(0)]), r, x),
            ),
            cases=12,
            right=_times,
        ),
        *slips_on(_corner_double, _ROUNDED, right=_times),
    ),
    "deblur": (
        *slips_on(
            _blurred,
            ("M75", lambda right, w, y: _circulant(w, len(y)).T @ y),
            ("M119", lambda right, w, y: _circulant(w, len(y)) @ y),
            ("M77", lambda right, w, y: torch.linalg.solve(_circulant(w, len(y)).T, y)),
            _COMPLEX,
            _SIZE,
            ("M114", lambda right, w, y: _spoiled(w, y, lambda z: 1 / z.abs() + 0j)),
            *_SCALED,
            cases=16,
            right=_solved,
        ),
        *slips_on(_blurred_double, _ROUNDED, right=_solved),
    ),
}
