"""What misconceptions give in notebook 3 of `layers`, 3_adjoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from convkit.draws import Draw
from convkit.slips import Slip, slips_on

_Triple = tuple[torch.Tensor, torch.Tensor, float]


def _results(draw: Draw) -> tuple[torch.Tensor, ...]:
    """Draw x, y, Tx and Sy of a map between two shapes."""
    inputs, outputs = (2, draw.integer(2, 4)), (draw.integer(2, 7),)
    return tuple(draw.weight(*shape) for shape in (inputs, outputs, outputs, inputs))


def _gap(x: torch.Tensor, y: torch.Tensor, Tx: torch.Tensor, Sy: torch.Tensor) -> float:
    """Return the gap of the two inner products, relative to the right norms."""
    return abs(_signed(x, y, Tx, Sy)) / float(Tx.norm() * y.norm())


def _signed(x: torch.Tensor, y: torch.Tensor, Tx: torch.Tensor, Sy: torch.Tensor) -> float:
    return float((Tx.double() * y).sum() - (x.double() * Sy).sum())


def _over(gap: float, size: torch.Tensor) -> float:
    """Return a gap relative to a size; 0 where there is none."""
    return gap / float(size) if size else 0.0


def _back(draw: Draw) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a gradient and a kernel, either of them the longer one."""
    return draw.weight(draw.integer(3, 8)), draw.weight(draw.integer(2, 6))


def _back_double(draw: Draw) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a gradient and a kernel of float64."""
    m, k = draw.integer(3, 6), draw.integer(2, 4)
    return draw.weight(m, dtype=torch.float64), draw.weight(k, dtype=torch.float64)


def _pseudo_inverse(
    right: Callable[..., torch.Tensor], g: torch.Tensor, w: torch.Tensor
) -> torch.Tensor:
    rows = [right(e, w) for e in torch.eye(len(g), dtype=g.dtype)]
    inverse: torch.Tensor = torch.linalg.pinv(torch.stack(rows))
    return inverse @ g


def _last_only(g: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """Return what is left along the last axis where the next window replaces the one before."""
    return torch.cat([g * w[0], g[..., -1:] * w[1:]], dim=-1)


def _signal(draw: Draw) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw a signal and the gradient of some outputs."""
    m, k = draw.integer(2, 6), draw.integer(2, 6)
    return draw.weight(m + k - 1), draw.weight(m)


def _stamped(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, int, int, int]:
    """Draw all that a transposed convolution takes; it cuts, and mostly gives back."""
    stride = draw.integer(2, 4)
    n, k, padding = draw.integer(3, 5), draw.integer(3, 6), draw.integer(1, 2)
    return draw.weight(n), draw.weight(k), stride, padding, draw.integer(0, stride - 1)


def _cut(ink: torch.Tensor, padding: int, output_padding: int) -> torch.Tensor:
    """Give ink some empty places at its end, and cut it at both."""
    return F.pad(ink, (0, output_padding))[padding : len(ink) + output_padding - padding]


def _counted(draw: Draw) -> tuple[int, int, int]:
    """Draw n, k and a stride: overlaps, and gaps at times."""
    return draw.integer(3, 6), draw.integer(2, 8), draw.integer(2, 4)


def _batch(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Draw a batch of at least three with the gradient of its outputs, and a kernel."""
    N, m, k = draw.integer(3, 5), draw.integer(2, 5), draw.integer(2, 4)
    return draw.weight(N, m), draw.weight(N, m + k - 1), draw.weight(k)


def _one_signal(right: Callable[..., _Triple], args: tuple[torch.Tensor, ...], s: int) -> _Triple:
    """Take the slopes of what is shared from signal ``s`` alone."""
    g, x, w = args
    _, grad_weight, grad_bias = right(g[s][None], x[s][None], w)
    return right(*args)[0], grad_weight, grad_bias


def _changed(change: Callable[..., Any]) -> Callable[..., Any]:
    """Return a slip that changes the three right results."""
    return lambda right, *args: change(*right(*args), *args)


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "dot_test": slips_on(
        _results,
        ("M106", lambda right, *v: _over(_signed(*v), v[2].norm() * v[1].norm())),
        ("M106", lambda right, *v: abs(_signed(*v))),
        ("M106", lambda right, *v: _over(abs(_signed(*v)), v[0].norm() * v[3].norm())),
        ("M106", lambda right, *v: _over(abs(_signed(*v)), (v[2].norm() * v[1].norm()) ** 2)),
        ("M106", lambda right, *v: _over(abs(_signed(*v)), (v[2] * v[1]).sum().abs())),
        ("M75", lambda right, *v: float((v[0] - v[3]).norm() / v[0].norm())),
        cases=12,
        right=_gap,
    ),
    "input_gradient": (
        *slips_on(
            _back,
            ("M76", lambda right, g, w: right(g, w.flip(0))),
            ("M108", lambda right, g, w: right(g, w).flip(0)),
            ("M109", lambda right, g, w: _last_only(g, w)),
            cases=12,
        ),
        *slips_on(_back_double, ("M75", _pseudo_inverse), cases=12),
    ),
    "weight_gradient": slips_on(
        _signal,
        ("M103", lambda right, x, g: right(x, g) / len(g)),
        ("M104", lambda right, x, g: right(x, g * torch.eye(len(g))[0])),
        ("M104", lambda right, x, g: right(x, g * torch.eye(len(g))[-1])),
        ("M108", lambda right, x, g: right(x, g).flip(0)),
        ("M108", lambda right, x, g: right(x, g.flip(0))),
        cases=12,
    ),
    "conv_transpose_1d": slips_on(
        _stamped,
        ("M76", lambda right, y, w, s, p, o: right(y, w.flip(0), s, p, o)),
        ("M100", lambda right, y, w, s, p, o: F.pad(right(y, w, s, p, 0), (0, o))),
        ("M100", lambda right, y, w, s, p, o: right(y, w, s, p, 0)),
        ("M100", lambda right, y, w, s, p, o: _cut(F.pad(right(y, w, s, 0, 0), (o, 0)), p, 0)),
        ("M101", lambda right, y, w, s, p, o: F.pad(right(y, w, s, 0, o), (p, p))),
        ("M101", lambda right, y, w, s, p, o: right(y, w, s, 0, o)),
        ("M101", lambda right, y, w, s, p, o: right(y, w, s, 0, o)[2 * p :]),
        ("M102", lambda right, y, w, s, p, o: right(y, w, s + 1, p, o)),
        ("M102", lambda right, y, w, s, p, o: _cut(right(y, w, 1, 0, 0), p, o)),
        (
            "M102",
            lambda right, y, w, s, p, o: _cut(
                right(y.repeat_interleave(s)[: (len(y) - 1) * s + 1], w, 1, 0, 0), p, o
            ),
        ),
        cases=16,
    ),
    "checkerboard": slips_on(
        _counted,
        ("M102", lambda right, n, k, stride: right(n, k, 1)),
        ("M102", lambda right, n, k, stride: right(n, k, stride + 1)),
        ("M109", lambda right, n, k, stride: right(n, k, stride).clamp(max=1)),
        cases=12,
    ),
    "conv1d_backward": slips_on(
        _batch,
        ("M76", lambda right, g, x, w: right(g, x, w.flip(0))),
        ("M103", _changed(lambda gx, gw, gb, g, x, w: (gx, gw / len(x), gb / len(x)))),
        ("M103", _changed(lambda gx, gw, gb, g, x, w: (gx, gw, gb / g.numel()))),
        ("M104", lambda right, *args: _one_signal(right, args, 0)),
        ("M104", lambda right, *args: _one_signal(right, args, -1)),
        ("M107", _changed(lambda gx, gw, gb, g, x, w: (gw, gx, gb))),
        ("M108", _changed(lambda gx, gw, gb, g, x, w: (gx, gw.flip(0), gb))),
        ("M109", _changed(lambda gx, gw, gb, g, x, w: (_last_only(g, w), gw, gb))),
        cases=12,
    ),
}

#: Wrong sets, by exercise and `digest`.
KNOWN: dict[str, dict[str, str]] = {
    "even_kernels": {
        "b5e204f8358e": "M105",
        "d7503c3f5e94": "M105",
        "fc7da972b5a8": "M105",
        "e2be5850fd55": "M105",
        "18cdb6834adc": "M105",
    },
}
