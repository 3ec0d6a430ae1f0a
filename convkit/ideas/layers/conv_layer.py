"""What misconceptions give in notebook 2 of `layers`, 2_conv_layer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from convkit.draws import Draw
from convkit.ideas.shared import memory
from convkit.slips import Slip, slips_on
from convkit.tools import matrix_of

_Pair = tuple[int, int]
_Layers = list[tuple[int, int, int]]
_Layer = tuple[torch.Tensor, tuple[int, int, int], _Pair, _Pair, _Pair, int]
_CASES = 12


def _sized(draw: Draw) -> tuple[int, int, int, int, int]:
    """Draw a length, a kernel, a stride, a padding and a dilation."""
    stride, padding = draw.integers(2, 4, 2)
    return draw.integer(24, 40), draw.integer(3, 5), stride, padding, draw.integer(2, 4)


def _along(wrong: Callable[..., int]) -> Callable[..., int]:
    """Return a slip that is handed all options, also where a layer leaves some out."""
    return lambda right, n, k, s=1, p=0, d=1: wrong(right, n, k, s, p, d)


def _to_stride(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a matrix of the pictures' kernel, and a stride."""
    taps = torch.tensor([[[2.0, 3.0, 7.0]]])
    n = draw.integer(8, 14)
    return matrix_of(lambda x: F.conv1d(x[None, None], taps), n), draw.integer(3, 4)


def _to_dilate(
    draw: Draw, dtype: torch.dtype = torch.float32, view: bool = False
) -> tuple[torch.Tensor, int]:
    """Draw a kernel of four taps or more, and a dilation."""
    k, dilation = draw.integer(4, 7), draw.integer(2, 4)
    return draw.strided(k) if view else draw.weight(k, dtype=dtype), dilation


def _tiled(draw: Draw, large: bool) -> tuple[torch.Tensor, int, int, tuple[int, int, int, int]]:
    """Draw a tile of one of the two layers that the instant check knows."""
    values = torch.arange(1.0, 13.0) if large else 2.0 ** torch.arange(8)
    weight = values.reshape(-1, 2, 1, 2)
    shape = (2, 3, 3) if large else (2, 2, 3)
    T = matrix_of(lambda x: F.conv2d(x[None], weight, padding=(0, int(large))), shape)
    return T, draw.integer(0, len(weight) - 1), draw.integer(0, 1), (len(weight), 2, 1, 2)


def _exchanged(
    right: Callable[..., torch.Tensor],
    T: torch.Tensor,
    o: int,
    i: int,
    shape: tuple[int, int, int, int],
) -> torch.Tensor:
    """Return the tile of the exchanged channels; nothing is left where there is no such input."""
    if o < shape[1]:
        return right(T, i, o, shape)
    return right(T, o, i, shape)[:, :0]


def _layered(draw: Draw, dtype: torch.dtype = torch.float32) -> _Layer:
    """Draw a layer with groups and with pairs of different numbers."""
    (H, W), (R, S) = draw.integers(7, 9, 2), draw.integers(2, 3, 2)
    s, p, d = (draw.integers(1, 3, 2) for _ in range(3))
    weight = draw.weight(4, 2, R, S, dtype=dtype)
    return weight, (4, H, W), (s[0], s[1]), (p[0], p[1]), (d[0], d[1]), 2


def _layered_view(draw: Draw) -> _Layer:
    """Draw a layer whose weight is a view."""
    weight, *rest = _layered(draw)
    return (draw.strided(*weight.shape), *rest)  # type: ignore[return-value]  # mypy: no *rest


def _map(weight: torch.Tensor, shape: tuple[int, int, int], *options: Any) -> torch.Size:
    """Return the height and width of the output."""
    x = torch.zeros(shape, dtype=weight.dtype)
    return F.conv2d(x[None], weight, None, *options).shape[2:]


def _folded(right: Callable[..., torch.Tensor], *layer: Any) -> torch.Tensor:
    """Return the matrix with an axis for each of output channel, row, column and the input's."""
    weight, shape = layer[:2]
    return right(*layer).reshape(len(weight), *_map(*layer), *shape)


def _flat(folded: torch.Tensor) -> torch.Tensor:
    """Return the matrix of a layer with six axes."""
    return folded.flatten(3).flatten(0, 2)


def _regrouped(
    right: Callable[..., torch.Tensor], layer: _Layer, first: Callable[[int, int, int, int], int]
) -> torch.Tensor:
    """Let output channel o read on from an input channel: ``first(o, channels, groups, C_in)``."""
    weight, shape, *options, groups = layer
    full = torch.zeros(len(weight), shape[0], *weight.shape[2:], dtype=weight.dtype)
    for o, kernel in enumerate(weight):
        start = first(o, len(kernel), groups, shape[0])
        full[o, start : start + len(kernel)] = kernel
    return right(full, shape, *options, 1)


def _early(right: Callable[..., torch.Tensor], *layer: Any) -> torch.Tensor:
    """Return as many rows as a stride leaves, from a layer that makes no use of it."""
    weight, shape, _, *rest = layer
    height, width = _map(*layer)
    return _flat(_folded(right, weight, shape, 1, *rest)[:, :height, :width])


def _one_side(right: Callable[..., torch.Tensor], *layer: Any) -> torch.Tensor:
    """Return the rows that padding on the first sides alone gives."""
    weight, (C, H, W), s, p, *rest = layer
    height, width = _map(weight, (C, H - p[0], W - p[1]), s, p, *rest)
    return _flat(_folded(right, *layer)[:, :height, :width])


def _pair(option: Any) -> _Pair:
    """Return an option for both axes."""
    return (option[0], option[1]) if isinstance(option, (tuple, list)) else (option, option)


def _on_layers(*slips: tuple[str, Callable[..., Any]]) -> tuple[Slip, ...]:
    """Return slips that are handed all options, as pairs, also where a layer leaves some out."""

    def complete(wrong: Callable[..., Any]) -> Callable[..., Any]:
        return lambda right, w, x, s=1, p=0, d=1, g=1: wrong(
            right, w, tuple(x), _pair(s), _pair(p), _pair(d), g
        )

    return slips_on(_layered, *((n, complete(wrong)) for n, wrong in slips), cases=_CASES)


def _first(channels: int) -> torch.Tensor:
    """Return 1 for channel 0 and 0 for every other."""
    return torch.eye(channels)[0]


def _on_padded(right: Callable[..., torch.Tensor], *layer: Any) -> torch.Tensor:
    """Return the matrix that acts on the padded image."""
    weight, (C, H, W), s, p, *rest = layer
    return right(weight, (C, H + 2 * p[0], W + 2 * p[1]), s, 0, *rest)


def _biased(
    draw: Draw, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor, tuple[int, int, int], _Pair, _Pair]:
    """Draw a layer with a bias."""
    (H, W), (R, S) = draw.integers(4, 6, 2), draw.integers(2, 3, 2)
    C_out, C_in = draw.integers(2, 4, 2)
    weight, bias = draw.weight(C_out, C_in, R, S, dtype=dtype), draw.weight(C_out, dtype=dtype)
    return weight, bias, (C_in, H, W), (2, 1), (1, 2)


def _with_b(
    change: Callable[..., torch.Tensor],
) -> Callable[..., tuple[torch.Tensor, torch.Tensor]]:
    """Return what a change of b gives: ``change(b, weight, bias)``."""

    def wrong(right: Callable[..., Any], weight: Any, bias: Any, *rest: Any) -> Any:
        A, b = right(weight, bias, *rest)
        return A, change(b, weight, bias)

    return wrong


def _shifted(right: Callable[..., Any], *args: Any) -> Any:
    """Return A with b added to every column."""
    A, b = right(*args)
    return A + b[:, None], b


def _unfolded_b(right: Callable[..., Any], *args: Any) -> Any:
    """Return b in the shape of the output."""
    weight, _, shape, *options = args
    A, b = right(*args)
    return A, b.reshape(len(weight), *_map(weight, shape, *options))


def _batch(draw: Draw, dtype: torch.dtype = torch.float32) -> tuple[Any, ...]:
    """Draw an affine map and a batch."""
    sizes, (out_height, out_width) = draw.integers(2, 4, 3), draw.integers(2, 4, 2)
    N, C_out = draw.integers(2, 5, 2)
    rows, columns = C_out * out_height * out_width, sizes[0] * sizes[1] * sizes[2]
    A, b = draw.signal(rows, columns, dtype=dtype), draw.signal(rows, dtype=dtype)
    return A, b, draw.signal(N, *sizes, dtype=dtype), C_out, out_height, out_width


def _dealt(t: torch.Tensor) -> torch.Tensor:
    """Return the numbers of a batch, dealt to the samples in turn."""
    return t.reshape(-1, len(t)).T.reshape(t.shape)


def _collected(t: torch.Tensor) -> torch.Tensor:
    """Return the numbers of a batch, one of each sample after the other."""
    return t.flatten(1).T.reshape(t.shape)


def _image(draw: Draw) -> tuple[int, int, int, int, int]:
    """Draw the sizes of an image and of a kernel, and a stride."""
    (H, W), (R, S) = draw.integers(7, 13, 2), draw.integers(1, 3, 2)
    return H, W, R, S, draw.integer(2, 5)


_Places = set[tuple[int, int]]


def _all(H: int, W: int) -> _Places:
    return {(r, c) for r in range(H) for c in range(W)}


def _lines(unread: _Places, H: int, W: int) -> tuple[set[int], set[int]]:
    """Return the rows and the columns of which some pixel is read."""
    read = _all(H, W) - unread
    return {r for r, _ in read}, {c for _, c in read}


def _both(right: Callable[..., _Places], H: int, W: int, *rest: int) -> _Places:
    unread = right(H, W, *rest)
    rows, columns = _lines(unread, H, W)
    return {(r, c) for r, c in unread if r not in rows and c not in columns}


def _at_edges(right: Callable[..., _Places], H: int, W: int, *rest: int) -> _Places:
    unread = right(H, W, *rest)
    rows, columns = _lines(unread, H, W)
    return {(r, c) for r, c in unread if r > max(rows) or c > max(columns)}


def _without_edges(
    right: Callable[..., _Places], H: int, W: int, R: int, S: int, stride: int
) -> _Places:
    return right(H + R, W + S, R, S, stride) & _all(H, W)


def _stack(draw: Draw) -> tuple[_Layers]:
    """Draw a stack of three layers that differ."""
    columns = draw.integers(2, 4, 3), draw.integers(1, 3, 3), draw.integers(1, 3, 3)
    return (list(zip(*columns, strict=True)),)


def _one_layer(right: Callable[..., int], step: int, k: int, dilation: int) -> int:
    """Return what a layer adds whose inputs are that far apart."""
    return right([(1, step, 1), (k, 1, dilation)]) - 1


def _own_strides(right: Callable[..., int], layers: _Layers) -> int:
    strides = [*(s for _, s, _ in layers[1:]), 1]
    later = [(k, s, d) for (k, _, d), s in zip(layers, strides, strict=True)]
    return right([(1, layers[0][1], 1), *later])


def _last_strides(right: Callable[..., int], layers: _Layers) -> int:
    before = [1, *(s for _, s, _ in layers)]
    return 1 + sum(
        _one_layer(right, step, k, d)
        for step, (k, _, d) in zip(before, layers, strict=False)
    )  # fmt: skip


def _added_strides(right: Callable[..., int], layers: _Layers) -> int:
    steps = [1 + sum(s - 1 for _, s, _ in layers[:i]) for i in range(len(layers))]
    return 1 + sum(
        _one_layer(right, step, k, d)
        for step, (k, _, d) in zip(steps, layers, strict=True)
    )  # fmt: skip


def _added_kernels(right: Callable[..., int], layers: _Layers) -> int:
    field = 0
    for i, (k, _, d) in enumerate(layers):
        before = [(1, s, 1) for _, s, _ in layers[:i]]
        field += right([*before, (k, 1, d)]) - 1 + right([*before, (2, 1, 1)]) - 1
    return field


def _product(right: Callable[..., int], layers: _Layers) -> int:
    return functools.reduce(lambda field, layer: field * right([layer]), layers, 1)


_double = functools.partial(_layered, dtype=torch.float64)


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "output_size": slips_on(
        _sized,
        ("M05", lambda right, *sizes: right(*sizes) - 1),
        ("M19.once", _along(lambda right, n, k, s, p, d: right(n - p, k, s, p, d))),
        ("M31.left_out", _along(lambda right, n, k, s, p, d: right(n, k, s, 0, d))),
        # The order of the options, not of their defaults, is another one.
        ("M45", lambda right, n, k, p=0, s=1, d=1: right(n, k, s, p, d)),
        ("M68", _along(lambda right, n, k, s, p, d: right(n, k, 1, p, d))),
        ("M68", _along(lambda right, n, k, s, p, d: right(n - s + 1, 1, s, p, 1))),
        ("M69.rounded", _along(lambda right, n, k, s, p, d: right(n + s - 1, k, s, p, d))),
        ("M71", _along(lambda right, n, k, s, p, d: right(n - d + 1, k, s, p, d))),
        ("M71", _along(lambda right, n, k, s, p, d: right(n, k, s, p, 1))),
        cases=_CASES,
    ),
    "strided": slips_on(
        _to_stride,
        ("M13", lambda right, T, s: right(T, 2)),
        ("M69", lambda right, T, s: right(T, s)[: len(T) // s]),
        ("M70", lambda right, T, s: T[: len(right(T, s))]),
        cases=_CASES,
    ),
    "dilate": (
        *slips_on(
            _to_dilate,
            ("M01", lambda right, w, d: right(w.flip(0), d)),
            ("M13", lambda right, w, d: right(w[:3], d)),
            ("M71", lambda right, w, d: right(w, d + 1)),
            ("M71", lambda right, w, d: right(F.pad(w, (0, 1)), d)[:-1]),
            ("M90", lambda right, w, d: w.repeat_interleave(d)[: len(right(w, d))]),
            ("M90", lambda right, w, d: w.repeat_interleave(d)),
            cases=_CASES,
        ),
        Slip(
            "M16",
            lambda right, w, d: right(w.float(), d),
            functools.partial(_to_dilate, dtype=torch.float64),
            _CASES,
        ),
        Slip(
            "M66",
            lambda right, w, d: right(memory(w), d),
            functools.partial(_to_dilate, view=True),
            _CASES,
        ),
    ),
    "tile": (
        *slips_on(
            functools.partial(_tiled, large=True),
            ("M04", lambda right, *args: right(*args).T),
            (
                "M61",
                lambda right, T, o, i, shape: T.reshape(*shape[:2], *right(T, o, i, shape).shape)[
                    o, i
                ],
            ),
            ("M62", lambda right, T, o, i, shape: T[o :: shape[0], i :: shape[1]]),
            (
                "M73",
                lambda right, T, o, i, shape: right(T, o, 0, shape) + right(T, o, 1, shape),
            ),
            cases=_CASES,
        ),
        Slip(
            "M91",
            _exchanged,
            functools.partial(_tiled, large=False),
            _CASES,
        ),
    ),
    "conv_matrix": (
        *_on_layers(
            ("M01", lambda right, w, *rest: right(w.flip(2, 3), *rest)),
            ("M04", lambda right, *layer: right(*layer).T),
            ("M05", lambda right, *layer: _flat(_folded(right, *layer)[:, :-1])),
            ("M05", lambda right, *layer: _flat(_folded(right, *layer)[:, :, :-1])),
            ("M05", lambda right, *layer: _flat(_folded(right, *layer)[:, :-1, :-1])),
            (
                "M06",
                lambda right, w, *rest: right(
                    w * (torch.arange(w.shape[3]) < w.shape[3] - 1), *rest
                ),
            ),
            (
                "M18",
                lambda right, w, x, s, p, d, g: right(
                    w, x, s, (w.shape[2] // 2, w.shape[3] // 2), d, g
                ),
            ),
            ("M19", _one_side),
            ("M25", lambda right, w, x, s, p, d, g: right(w, x, s, p[::-1], d, g)),
            ("M31", _on_padded),
            ("M31.left_out", lambda right, w, x, s, p, d, g: right(w, x, s, 0, d, g)),
            ("M43", lambda right, *layer: _flat(_folded(right, *layer).transpose(1, 2))),
            ("M43", lambda right, *layer: _flat(_folded(right, *layer).transpose(4, 5))),
            (
                "M43",
                lambda right, *layer: _flat(
                    _folded(right, *layer).transpose(4, 5).transpose(1, 2)
                ),
            ),
            (
                "M45",
                lambda right, w, x, s, p, d, g: right(w, x, s[::-1], p[::-1], d[::-1], g),
            ),
            ("M46", lambda right, w, *rest: right(w.flip(2), *rest)),
            ("M46", lambda right, w, *rest: right(w.flip(3), *rest)),
            ("M48", _folded),
            ("M49", lambda right, w, x, s, p, d, g: right(w, x, s[0], p[0], d[0], g)),
            ("M49", lambda right, w, x, s, p, d, g: right(w, x, s[1], p[1], d[1], g)),
            (
                "M62",
                lambda right, *layer: _flat(_folded(right, *layer).permute(0, 1, 2, 4, 5, 3)),
            ),
            (
                "M62",
                lambda right, *layer: _flat(_folded(right, *layer).permute(1, 2, 0, 3, 4, 5)),
            ),
            ("M68", lambda right, w, x, s, *rest: right(w, x, 1, *rest)),
            ("M68", _early),
            ("M71", lambda right, w, x, s, p, d, g: right(w, x, s, p, 1, g)),
            (
                "M73",
                lambda right, w, *rest: right(w * _first(w.shape[1])[:, None, None], *rest),
            ),
            ("M92", lambda right, *layer: _regrouped(right, layer, lambda o, *_: 0)),
            ("M92", lambda right, *layer: _regrouped(right, layer, lambda o, c, g, _: o % g * c)),
            ("M92", lambda right, *layer: _regrouped(right, layer, lambda o, c, _, C: o * c % C)),
        ),
        Slip("M16", lambda right, w, *rest: right(w.float(), *rest), _double, _CASES),
        Slip("M66", lambda right, w, *rest: right(memory(w), *rest), _layered_view, _CASES),
    ),
    "conv_affine": (
        *slips_on(
            _biased,
            ("M12", _with_b(lambda b, weight, bias: 0 * b)),
            ("M12", _shifted),
            ("M48", _unfolded_b),
            ("M54", _with_b(lambda b, weight, bias: bias)),
            ("M54", _with_b(lambda b, weight, bias: b * weight[0].numel())),
            ("M68", lambda right, weight, bias, shape, *rest: right(weight, bias, shape)),
            (
                "M93",
                _with_b(lambda b, weight, bias: b.reshape(len(weight), -1).T.reshape(-1)),
            ),
            cases=_CASES,
        ),
        Slip(
            "M16",
            lambda right, *layer: tuple(part.float() for part in right(*layer)),
            functools.partial(_biased, dtype=torch.float64),
            _CASES,
        ),
    ),
    "batch_outputs": (
        *slips_on(
            _batch,
            ("M12", lambda right, A, b, *rest: right(A, 0 * b, *rest)),
            ("M45", lambda right, A, b, x, C, h, w: right(A, b, x, C, w, h)),
            ("M48", lambda right, *args: right(*args).flatten(1)),
            (
                "M62",
                lambda right, A, b, x, C, h, w: right(A, b, x, h, w, C).permute(0, 3, 1, 2),
            ),
            ("M67", lambda right, A, b, x, *rest: right(A, b, _dealt(x), *rest)),
            ("M67", lambda right, A, b, x, *rest: _collected(right(A, b, _dealt(x), *rest))),
            ("M67", lambda right, *args: _collected(right(*args))),
            ("M67", lambda right, A, b, x, *rest: right(A, b, x[:1], *rest)),
            (
                "M67",
                lambda right, A, b, x, *rest: right(A, b, x[:1].expand_as(x), *rest),
            ),
            cases=_CASES,
        ),
        Slip(
            "M16",
            lambda right, A, b, x, *rest: right(A.float(), b.float(), x.float(), *rest),
            functools.partial(_batch, dtype=torch.float64),
            _CASES,
        ),
    ),
    "unread_inputs": slips_on(
        _image,
        (
            "M05",
            lambda right, H, W, *rest: (
                _all(H, W) - (_all(H - 1, W - 1) - right(H - 1, W - 1, *rest))
            ),
        ),
        ("M45", lambda right, *sizes: {(c, r) for r, c in right(*sizes)}),
        ("M49", lambda right, H, W, R, S, stride: right(H, W, R, R, stride)),
        ("M49", lambda right, H, W, R, S, stride: right(H, W, S, S, stride)),
        ("M95", _at_edges),
        ("M95", _without_edges),
        ("M96", _both),
        ("M96", lambda right, H, W, *rest: _all(H, W) - right(H, W, *rest)),
        cases=48,
    ),
    "receptive_field": slips_on(
        _stack,
        ("M05", lambda right, layers: right(layers) - 1),
        ("M71", lambda right, layers: right([(k * d, s, 1) for k, s, d in layers])),
        ("M71", lambda right, layers: right([(k, s, 1) for k, s, d in layers])),
        ("M94", lambda right, layers: right([(k, 1, d) for k, s, d in layers])),
        ("M94", _own_strides),
        ("M94", lambda right, layers: right(layers[::-1])),
        ("M94", _last_strides),
        ("M94", _added_strides),
        ("M97", _added_kernels),
        ("M97", _product),
        cases=_CASES,
    ),
}
