"""The trusted builder: the matrix behind any 1D, 2D or 3D convolution layer."""

import operator
from collections.abc import Sequence
from math import prod
from typing import NamedTuple, SupportsIndex

import torch
from torch import Tensor

Option = SupportsIndex | Sequence[SupportsIndex]

_FIX = {
    "input_shape": "give (C_in, *n): one size for every kernel axis of weight, no batch axis",
    "stride": "give one int, or one per spatial axis in a tuple; 1 keeps every output position",
    "padding": "give one int, or one per spatial axis in a tuple; to crop, slice the input",
    "dilation": "give one int, or one per spatial axis in a tuple; 1 puts the taps side by side",
    "groups": "give one int; 1 connects every input channel to every output channel",
}


class _Axis(NamedTuple):
    """One spatial axis: sizes of input, kernel and output, then the options."""

    n: int
    k: int
    m: int
    stride: int
    padding: int
    dilation: int


def conv_matrix(
    weight: Tensor,
    input_shape: Sequence[SupportsIndex],
    stride: Option = 1,
    padding: Option = 0,
    dilation: Option = 1,
    groups: SupportsIndex = 1,
    sparse: bool = False,
) -> Tensor:
    """Return T such that ``T @ x.ravel() == y.ravel()``, with y the convolution of one sample x.

    y is ``F.conv1d``, ``F.conv2d`` or ``F.conv3d`` of x without bias: as in all of PyTorch, a
    cross-correlation, so the weight is not flipped.

    Parameters
    ----------
    weight : Tensor, shape (C_out, C_in/groups, *k)
        One, two or three kernel sizes k; any strides in memory; a floating, integer or complex
        dtype. T has its dtype and device.
    input_shape : sequence of int, shape (C_in, *n)
        The shape of x, with as many sizes n as the kernel has.
    stride, padding, dilation : int or sequence of int, in input positions
        One int for all spatial axes or one per axis. The padding is zeros, on both sides, and may
        exceed the kernel.
    groups : int
        Output channel c sees only the input channels of group ``c // (C_out/groups)``.
    sparse : bool
        Return a coalesced COO tensor with one entry per structural non-zero, that is, one per
        product of the convolution that does not fall on padding, also where the weight is zero.
        Memory is then proportional to these entries, plus the m positions of each spatial axis.

    Returns
    -------
    Tensor, shape (C_out*prod(m), C_in*prod(n))
        ``m = (n + 2*padding - dilation*(k - 1) - 1) // stride + 1`` on each axis. Both forms are
        differentiable with respect to weight, but PyTorch has no second derivative of a product
        with a sparse matrix.

    Raises
    ------
    ValueError
        If sizes and options describe no convolution; the message names the rule, what was found
        and what to do.
    TypeError
        If weight is no tensor, or a size or option is no integer; a bool is refused.

    Notes
    -----
    Source: V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning",
    arXiv:1603.07285, section 4.1 (the matrix) and sections 2 and 5.1 (the output size m).

    Examples
    --------
    >>> T = conv_matrix(torch.tensor([[[1, 2, 3]]]), (1, 4), padding=1)
    >>> T
    tensor([[2, 3, 0, 0],
            [1, 2, 3, 0],
            [0, 1, 2, 3],
            [0, 0, 1, 2]])
    >>> T @ torch.tensor([1, 10, 100, 1000])
    tensor([  32,  321, 3210, 2100])
    """
    axes, groups = _geometry(weight, input_shape, stride, padding, dilation, groups)
    C_out, C = weight.shape[:2]
    n, m = prod(a.n for a in axes), prod(a.m for a in axes)
    row, col, tap = _pattern(axes, C, weight.device)  # (E,) each

    # Every output channel repeats the pattern: m rows further down, in the columns of its group.
    channel = torch.arange(C_out, device=weight.device)[:, None]
    group = channel // (C_out // groups)
    index = row.new_empty(2, C_out, len(row))
    torch.add(row, channel, alpha=m, out=index[0])
    torch.add(col, group, alpha=C * n, out=index[1])
    index = index.flatten(1)  # (2, C_out*E)
    value = weight.flatten(1).index_select(1, tap).flatten()  # (C_out*E,)
    shape = (C_out * m, groups * C * n)
    if sparse:
        # Unique and in row-major order by construction: a check or coalesce() would sort a copy.
        # Without device the tensor would move to torch.set_default_device's.
        return torch.sparse_coo_tensor(
            index, value, shape, device=weight.device, is_coalesced=True, check_invariants=False
        )
    return weight.new_zeros(shape).index_put_((index[0], index[1]), value)


def _geometry(
    weight: Tensor,
    input_shape: Sequence[SupportsIndex],
    stride: Option,
    padding: Option,
    dilation: Option,
    groups: SupportsIndex,
) -> tuple[list[_Axis], int]:
    """Return the spatial axes and the groups, or raise what conv_matrix promises to raise."""
    if not isinstance(weight, Tensor):
        raise _error(
            "weight must be a torch.Tensor",
            f"weight of type {type(weight).__name__}",
            "convert it with torch.as_tensor",
            TypeError,
        )
    if not 3 <= weight.ndim <= 5:
        raise _error(
            "weight must have 3, 4 or 5 axes: C_out, C_in/groups and 1 to 3 kernel sizes",
            f"weight.ndim={weight.ndim}, weight.shape={tuple(weight.shape)}",
            "give weight every axis, also those of size 1",
        )
    if 0 in weight.shape:
        raise _error(
            "weight must not be empty",
            f"weight.shape={tuple(weight.shape)}",
            "make every axis of weight at least 1 long",
        )
    C_out, C, *k = weight.shape
    if not isinstance(input_shape, Sequence):
        raise _error(
            "input_shape must be a sequence of ints",
            f"input_shape={input_shape!r}",
            _FIX["input_shape"],
            TypeError,
        )
    C_in, *n = _ints("input_shape", input_shape, 1 + len(k), least=1)
    g = _int("groups", groups, least=1)
    for name, channels in (("C_in", C_in), ("C_out", C_out)):
        if channels % g:
            raise _error(
                f"groups must divide {name}",
                f"groups={g}, {name}={channels}",
                f"choose groups among the divisors of {name}",
            )
    if g * C != C_in:
        raise _error(
            "weight.shape[1] must equal C_in/groups",
            f"weight.shape[1]={C}, C_in={C_in}, groups={g}",
            f"make weight.shape[1] {C_in // g}, or C_in {g * C}",
        )
    axes = []
    options = (
        _ints("stride", stride, len(k), least=1),
        _ints("padding", padding, len(k), least=0),
        _ints("dilation", dilation, len(k), least=1),
    )
    for axis, (n_, k_, s, p, d) in enumerate(zip(n, k, *options, strict=True)):
        span, room = d * (k_ - 1) + 1, n_ + 2 * p
        if span > room:
            raise _error(
                "the dilated kernel must fit into the padded input",
                f"spatial axis {axis}: k={k_}, dilation={d} span {span}; "
                f"n={n_}, padding={p} give room for {room}",
                "enlarge the input or the padding, or shrink the kernel or the dilation",
            )
        axes.append(_Axis(n_, k_, (room - span) // s + 1, s, p, d))
    return axes, g


def _pattern(axes: Sequence[_Axis], C: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Return row, column and index into ``weight[c].ravel()`` of one output channel's E entries.

    An entry is one choice of input channel and, on every axis, of a pair (output position o, tap
    t) that falls on the input. All numbers are therefore made by broadcasting over (C, pairs of
    axis 0, pairs of axis 1, ...) and then moved to their place in row-major order, which is the
    lexicographic order of (o of every axis, input channel, t of every axis).
    """
    o, t, rank, count = zip(*(_pairs(a, device) for a in axes), strict=True)

    # Place = entries in rows above + entries of channels before + of taps before, in this row.
    above, taps = torch.tensor(0, device=device), torch.tensor(1, device=device)
    for r, c in zip(rank, count, strict=True):
        first = torch.arange(len(r), device=device) - r  # pairs with a smaller o
        above = above[..., None] * len(r) + taps[..., None] * first
        taps = taps[..., None] * c
    channel = torch.arange(C, device=device).view(-1, *[1] * len(axes))
    place = (channel * taps).add_(above, alpha=C)  # (C, *pairs)
    del above, taps, first, r, c  # each may hold as many numbers as there are entries
    place += _horner(rank, count)
    del rank, count

    def ordered(number: Tensor) -> Tensor:
        out = place.new_empty(place.numel())
        out[place] = number
        return out

    j = [a.stride * o_ + a.dilation * t_ - a.padding for a, o_, t_ in zip(axes, o, t, strict=True)]
    row = ordered(_horner(o, [a.m for a in axes]))
    col = ordered(channel * prod(a.n for a in axes) + _horner(j, [a.n for a in axes]))
    del o, j
    tap = ordered(channel * prod(a.k for a in axes) + _horner(t, [a.k for a in axes]))
    return row, col, tap


def _pairs(a: _Axis, device: torch.device) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return o, t, rank of t among the pairs of its o, and how many those are; by o, then t.

    Tap t of output position o reads input position ``j = o*stride + t*dilation - padding``; the
    taps of one o with ``0 <= j < n`` follow one another.
    """
    start = torch.arange(a.m, device=device) * a.stride - a.padding  # (m,), j of tap 0
    first = (-(start // a.dilation)).clamp_(min=0)  # -(i // d) is -i/d rounded up
    stop = ((a.n - 1 - start) // a.dilation + 1).clamp_(max=a.k)
    count = (stop - first).clamp_(min=0)
    o = torch.repeat_interleave(count)  # (pairs,)
    rank = torch.arange(len(o), device=device) - (count.cumsum(0) - count)[o]
    return o, first[o] + rank, rank, count[o]


def _horner(digits: Sequence[Tensor], bases: Sequence[int | Tensor]) -> Tensor:
    """Return the mixed-radix number of every combination of digits, one axis per digit."""
    number = digits[0]
    for digit, base in zip(digits[1:], bases[1:], strict=True):
        number = number[..., None] * base + digit
    return number


def _ints(name: str, value: object, length: int, least: int) -> list[int]:
    """Return value as length ints; a lone int stands for all of them."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [_int(name, value, least)] * length
    if len(value) != length:
        found = f"{name}={value!r} of length {len(value)}"
        raise _error(f"{name} must have length {length}", found, _FIX[name])
    return [_int(f"{name}[{i}]", part, least) for i, part in enumerate(value)]


def _int(name: str, value: object, least: int) -> int:
    """Return value, NumPy's and PyTorch's ints too, as an int; name may end in an index."""
    fix = _FIX[name.partition("[")[0]]
    try:
        # operator.index takes True for 1, but True is no size.
        if isinstance(value, bool) or getattr(value, "dtype", None) == torch.bool:
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]  # that is what it finds out
    except TypeError:
        raise _error(f"{name} must be an int", f"{name}={value!r}", fix, TypeError) from None
    if number < least:
        raise _error(f"{name} must be at least {least}", f"{name}={number}", fix)
    return number


def _error(rule: str, found: str, do: str, kind: type[Exception] = ValueError) -> Exception:
    return kind(f"{rule}\nfound: {found}\ndo: {do}")
