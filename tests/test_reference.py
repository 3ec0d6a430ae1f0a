"""The reference builder against oracles that share no code with it."""

import doctest
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.linalg import convolution_matrix
from torch import Tensor

from convgrade import reference
from convgrade.reference import conv_matrix

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
CONV_TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
DTYPES = [torch.float32, torch.float64, torch.int64, torch.complex128]


class Geometry(NamedTuple):
    """Sizes and options of one convolution, in conv_matrix's letters."""

    n: tuple[int, ...]
    k: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    C_in: int = 1
    C_out: int = 1
    groups: int = 1

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (self.C_in, *self.n)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.C_out, self.C_in // self.groups, *self.k)

    @property
    def options(self) -> dict[str, Any]:
        return {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
        }


UNEQUAL_2D = Geometry((7, 10), (2, 3), (2, 3), (1, 4), (3, 2), 6, 4, 2)
UNEQUAL_3D = Geometry((3, 4, 5), (2, 1, 3), (3, 1, 2), (1, 0, 2), (2, 3, 1), 4, 6, 2)
CASES = [
    Geometry((5,), (1,), (1,), (0,), (1,)),  # k=1
    Geometry((5,), (5,), (1,), (0,), (1,)),  # k=n
    Geometry((5,), (4,), (1,), (2,), (1,)),  # even kernel
    Geometry((3,), (2,), (2,), (7,), (1,)),  # empty rows: windows that see nothing but padding
    Geometry((1,), (2,), (1,), (1,), (2,)),  # no entry at all: every tap falls on padding
    Geometry((9,), (2,), (5,), (0,), (1,)),  # empty columns: inputs that no window reads
    Geometry((4, 5), (3, 3), (1, 1), (1, 1), (1, 1), 4, 8, 4),  # two outputs per input channel
    UNEQUAL_2D,
    UNEQUAL_3D,
]


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    """Any convolution of one to three axes, small enough for plain loops."""
    axes = draw(st.integers(1, 3))
    n_max, k_max, more_padding = {1: (9, 9, 10), 2: (6, 4, 4), 3: (4, 3, 1)}[axes]

    def ints(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.integers(low, high)) for _ in range(axes))

    n, k, stride, dilation = ints(1, n_max), ints(1, k_max), ints(1, 3), ints(1, 3)
    padding = tuple(
        max(0, -((n_ - d * (k_ - 1) - 1) // 2))
        + more  # the least that makes the kernel fit, + more
        for n_, k_, d, more in zip(n, k, dilation, ints(0, more_padding), strict=True)
    )
    groups, C, per_group = (draw(st.integers(1, 3)) for _ in range(3))
    return Geometry(n, k, stride, padding, dilation, groups * C, groups * per_group, groups)


def on_geometries(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on CASES and on random geometries, the same ones in every run."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        for case in CASES:
            test = example(g=case)(test)
        test = given(g=geometries())(test)
        return settings(
            max_examples=examples, deadline=None, derandomize=True, database=None
        )(test)  # fmt: skip

    return decorate


def integers(shape: Sequence[int], dtype: torch.dtype = torch.float64) -> Tensor:
    """Return distinct non-zero numbers whose sums are exact, so that no two taps look alike."""
    number = torch.arange(1, prod(shape) + 1).reshape(*shape)
    if dtype.is_complex:
        return torch.complex(number.double(), -number.flip(0).double() - 0.5).to(dtype)
    return number.to(dtype)


def loops(weight: Tensor, g: Geometry) -> Tensor:
    """Return the convolution matrix by one assignment per entry, straight from the definition."""
    starts = [
        range(-p, n + p - d * (k - 1), s)
        for n, k, s, p, d in zip(g.n, g.k, g.stride, g.padding, g.dilation, strict=True)
    ]
    w = weight.numpy()
    windows = list(product(*starts))
    T = np.zeros((g.C_out, len(windows), *g.input_shape), dtype=w.dtype)
    for c, (row, start) in product(range(g.C_out), enumerate(windows)):
        for q, t in product(range(w.shape[1]), product(*map(range, g.k))):
            j = [i + d * t_ for i, d, t_ in zip(start, g.dilation, t, strict=True)]
            if all(0 <= j_ < n for j_, n in zip(j, g.n, strict=True)):
                channel = c // (g.C_out // g.groups) * w.shape[1] + q
                T[(c, row, channel, *j)] = w[(c, q, *t)]
    return torch.from_numpy(T.reshape(g.C_out * len(windows), -1))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """On a busy machine the threads of a tiny convolution wait for each other, not for work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def sparse_form(weight: Tensor, g: Geometry) -> Tensor:
    """Return the sparse form, after PyTorch's own check: a product with a bad index may crash."""
    S = conv_matrix(weight, g.input_shape, **g.options, sparse=True)
    torch.sparse_coo_tensor(
        S._indices(), S._values(), S.shape, is_coalesced=True, check_invariants=True
    )
    return S


@pytest.mark.parametrize("dtype", DTYPES)
@on_geometries(100)
def test_matrix_equals_plain_loops(dtype: torch.dtype, g: Geometry) -> None:
    """Every entry, the shape and the dtype are those of one assignment per entry."""
    weight = integers(g.weight_shape, dtype)
    T = conv_matrix(weight, g.input_shape, **g.options)
    expected = loops(weight, g)
    assert T.dtype == expected.dtype == dtype
    assert torch.equal(T, expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex128])
@on_geometries(100)
def test_product_equals_pytorch_convolution(dtype: torch.dtype, g: Geometry) -> None:
    """T @ x.ravel() == y.ravel(), dense and sparse."""
    weight, x = integers(g.weight_shape, dtype), integers(g.input_shape, dtype)
    y = CONV[len(g.n)](x[None], weight, **g.options)[0]
    T = conv_matrix(weight, g.input_shape, **g.options)
    S = sparse_form(weight, g)
    torch.testing.assert_close(T @ x.ravel(), y.ravel())
    torch.testing.assert_close(S @ x.ravel(), y.ravel())


@on_geometries(100)
def test_matrix_equals_jacobian(g: Geometry) -> None:
    """T is the derivative of the convolution, which is linear, at any point."""
    weight = integers(g.weight_shape)

    def convolve(x: Tensor) -> Tensor:
        return CONV[len(g.n)](x[None], weight, **g.options)[0]

    J = torch.autograd.functional.jacobian(convolve, integers(g.input_shape))
    T = conv_matrix(weight, g.input_shape, **g.options)
    assert torch.equal(T, J.reshape(-1, prod(g.input_shape)))


@on_geometries(100)
def test_transpose_equals_transposed_convolution(g: Geometry) -> None:
    """T.T @ y.ravel() is conv_transpose of y, output_padding restoring what stride rounds off."""
    weight = integers(g.weight_shape)
    room = [
        n + 2 * p - d * (k - 1) - 1
        for n, k, p, d in zip(g.n, g.k, g.padding, g.dilation, strict=True)
    ]
    y = integers((g.C_out, *(r // s + 1 for r, s in zip(room, g.stride, strict=True))))
    x = CONV_TRANSPOSE[len(g.n)](
        y[None],
        weight,
        **g.options,
        output_padding=tuple(r % s for r, s in zip(room, g.stride, strict=True)),
    )[0]
    T = conv_matrix(weight, g.input_shape, **g.options)
    S = sparse_form(weight, g)
    assert x.shape == g.input_shape
    torch.testing.assert_close(T.T @ y.ravel(), x.ravel())
    torch.testing.assert_close(S.T @ y.ravel(), x.ravel())


@on_geometries(100)
def test_sparse_holds_the_structural_non_zeros_in_row_major_order(g: Geometry) -> None:
    """The sparse form of an all-zero weight still has one entry per product, sorted, unique."""
    weight = integers(g.weight_shape, torch.int64)
    S, zero = sparse_form(weight, g), sparse_form(torch.zeros_like(weight), g)
    pattern = loops(weight, g) != 0
    assert S.layout == zero.layout == torch.sparse_coo
    assert S.is_coalesced()
    assert zero.is_coalesced()
    assert torch.equal(S.indices(), pattern.nonzero().T)  # nonzero() goes through rows in order
    assert torch.equal(zero.indices(), S.indices())
    assert torch.equal(zero.values(), torch.zeros_like(S.values()))
    assert torch.equal(S.to_dense(), conv_matrix(weight, g.input_shape, **g.options))


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    "dtype",
    [
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64,
        torch.complex128, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
    ],
)  # fmt: skip
def test_every_number_type_is_kept(dtype: torch.dtype, sparse: bool) -> None:
    weight = integers(UNEQUAL_2D.weight_shape).to(dtype)  # 1 to 72, exact in every type
    if sparse:
        T = sparse_form(weight, UNEQUAL_2D)
    else:
        T = conv_matrix(weight, UNEQUAL_2D.input_shape, **UNEQUAL_2D.options)
    expected = loops(integers(UNEQUAL_2D.weight_shape), UNEQUAL_2D)
    assert T.dtype == dtype
    assert torch.equal(T.to_dense().to(torch.complex128), expected.to(torch.complex128))


@pytest.mark.parametrize("k", [1, 2, 9])
@pytest.mark.parametrize("n", [1, 2, 9])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_flipped_weight_gives_scipys_convolution_matrix(mode: str, n: int, k: int) -> None:
    """SciPy convolves, PyTorch cross-correlates: with the weight flipped the matrices agree."""
    weight = integers((1, 1, k)).flip(2)
    expected = torch.from_numpy(convolution_matrix(np.arange(1.0, k + 1), n, mode))
    full = conv_matrix(weight, (1, n), padding=k - 1)
    drop = {"full": 0, "same": (min(k, n) - 1) // 2, "valid": min(k, n) - 1}[mode]
    assert torch.equal(full[drop : drop + len(expected)], expected)
    if mode == "valid" and k <= n:
        assert torch.equal(conv_matrix(weight, (1, n)), expected)
    if mode == "same" and k % 2 and k <= n:
        assert torch.equal(conv_matrix(weight, (1, n), padding=k // 2), expected)


@pytest.mark.parametrize("sparse", [False, True])
def test_weight_may_be_non_contiguous(sparse: bool) -> None:
    weight = integers(UNEQUAL_3D.weight_shape)
    strided = torch.stack([weight, weight], dim=-1).transpose(0, 1).contiguous()
    strided = strided.transpose(0, 1)[..., 0]
    assert not strided.is_contiguous()
    T, expected = (
        conv_matrix(w, UNEQUAL_3D.input_shape, **UNEQUAL_3D.options, sparse=sparse).to_dense()
        for w in (strided, weight)
    )
    assert torch.equal(T, expected)


@pytest.mark.parametrize("sparse", [False, True])
def test_matrix_shares_no_memory_with_weight(sparse: bool) -> None:
    """Even when the matrix holds the very numbers of weight in the same order."""
    weight = torch.ones(2, 3, 4)
    T = conv_matrix(weight, (3, 4), sparse=sparse)
    (T.values() if sparse else T).zero_()
    assert torch.equal(weight, torch.ones(2, 3, 4))


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_matrix_is_differentiable_in_weight(dtype: torch.dtype, sparse: bool) -> None:
    """Derivatives equal finite differences, dense also the second ones, only where asked for."""
    g = Geometry((3, 4), (2, 3), (1, 2), (1, 1), (2, 1), 2, 2, 2)
    weight = integers(g.weight_shape, dtype)
    x = integers(g.input_shape, dtype).reshape(-1, 1)

    def apply(w: Tensor) -> Tensor:
        return conv_matrix(w, g.input_shape, **g.options, sparse=sparse) @ x

    assert not apply(weight).requires_grad
    weight.requires_grad_()
    assert torch.autograd.gradcheck(apply, weight)
    assert sparse or torch.autograd.gradgradcheck(apply, weight)


def test_device_is_that_of_weight_not_the_default() -> None:
    weight = integers(UNEQUAL_2D.weight_shape)
    with torch.device("meta"):
        T = conv_matrix(weight, UNEQUAL_2D.input_shape, **UNEQUAL_2D.options)
        S = conv_matrix(weight, UNEQUAL_2D.input_shape, **UNEQUAL_2D.options, sparse=True)
    assert T.device == S.device == weight.device
    assert torch.equal(T, loops(weight, UNEQUAL_2D))
    assert torch.equal(T, S.to_dense())


def test_sparse_needs_no_memory_for_empty_rows() -> None:
    """The matrix has 8 * 10**12 rows and 1728 entries, which sum up to one weight per input."""
    S = conv_matrix(torch.ones(1, 1, 3, 3, 3), (1, 4, 4, 4), padding=10_000, sparse=True)
    assert S.shape == (20_002**3, 64)
    assert S.indices().shape == (2, 12**3)
    assert torch.equal(S.indices()[1].bincount(), torch.full((64,), 27))


@pytest.mark.parametrize(
    "two", [2, (2, 2), [2, 2], torch.Size([2, 2]), np.int64(2), (np.int8(2), torch.tensor(2))]
)
def test_int_means_the_same_on_every_axis(two: Any) -> None:
    """An option may be any kind of int, alone or in any kind of sequence."""
    weight = integers((2, 1, 2, 3))
    T = conv_matrix(weight, [2, np.int64(5), 6], two, two, two, np.int64(2))
    assert torch.equal(T, loops(weight, Geometry((5, 6), (2, 3), (2, 2), (2, 2), (2, 2), 2, 2, 2)))


W = torch.ones(4, 3, 2, 3)  # C_out=4, C_in=3, k=(2, 3); fits (3, 5, 6)
BAD_VALUES: list[tuple[dict[str, Any], str]] = [
    (
        {"weight": torch.ones(3, 3)},
        "weight must have 3, 4 or 5 axes: C_out, C_in/groups and 1 to 3 kernel sizes\n"
        "found: weight.ndim=2, weight.shape=(3, 3)\n"
        "do: give weight every axis, also those of size 1",
    ),
    (
        {"weight": torch.ones(1, 1, 1, 1, 1, 1)},
        "weight must have 3, 4 or 5 axes: C_out, C_in/groups and 1 to 3 kernel sizes\n"
        "found: weight.ndim=6, weight.shape=(1, 1, 1, 1, 1, 1)\n"
        "do: give weight every axis, also those of size 1",
    ),
    (
        {"weight": torch.ones(4, 3, 0, 3)},
        "weight must not be empty\n"
        "found: weight.shape=(4, 3, 0, 3)\n"
        "do: make every axis of weight at least 1 long",
    ),
    (
        {"input_shape": (5, 6)},
        "input_shape must have length 3\n"
        "found: input_shape=(5, 6) of length 2\n"
        "do: give (C_in, *n): one size for every kernel axis of weight, no batch axis",
    ),
    (
        {"input_shape": (1, 3, 5, 6)},
        "input_shape must have length 3\n"
        "found: input_shape=(1, 3, 5, 6) of length 4\n"
        "do: give (C_in, *n): one size for every kernel axis of weight, no batch axis",
    ),
    (
        {"input_shape": (3, 5, 0)},
        "input_shape[2] must be at least 1\n"
        "found: input_shape[2]=0\n"
        "do: give (C_in, *n): one size for every kernel axis of weight, no batch axis",
    ),
    (
        {"input_shape": (2, 5, 6)},
        "weight.shape[1] must equal C_in/groups\n"
        "found: weight.shape[1]=3, C_in=2, groups=1\n"
        "do: make weight.shape[1] 2, or C_in 3",
    ),
    (
        {"input_shape": (4, 5, 6), "groups": 2},
        "weight.shape[1] must equal C_in/groups\n"
        "found: weight.shape[1]=3, C_in=4, groups=2\n"
        "do: make weight.shape[1] 2, or C_in 6",
    ),
    (
        {"groups": 2},
        "groups must divide C_in\n"
        "found: groups=2, C_in=3\n"
        "do: choose groups among the divisors of C_in",
    ),
    (
        {"input_shape": (9, 5, 6), "groups": 3},
        "groups must divide C_out\n"
        "found: groups=3, C_out=4\n"
        "do: choose groups among the divisors of C_out",
    ),
    (
        {"groups": 0},
        "groups must be at least 1\n"
        "found: groups=0\n"
        "do: give one int; 1 connects every input channel to every output channel",
    ),
    (
        {"stride": (1, 0)},
        "stride[1] must be at least 1\n"
        "found: stride[1]=0\n"
        "do: give one int, or one per spatial axis in a tuple; 1 keeps every output position",
    ),
    (
        {"dilation": 0},
        "dilation must be at least 1\n"
        "found: dilation=0\n"
        "do: give one int, or one per spatial axis in a tuple; 1 puts the taps side by side",
    ),
    (
        {"padding": (-1, 0)},
        "padding[0] must be at least 0\n"
        "found: padding[0]=-1\n"
        "do: give one int, or one per spatial axis in a tuple; to crop, slice the input",
    ),
    (
        {"stride": (1, 1, 1)},
        "stride must have length 2\n"
        "found: stride=(1, 1, 1) of length 3\n"
        "do: give one int, or one per spatial axis in a tuple; 1 keeps every output position",
    ),
    (
        {"padding": [1]},
        "padding must have length 2\n"
        "found: padding=[1] of length 1\n"
        "do: give one int, or one per spatial axis in a tuple; to crop, slice the input",
    ),
    (
        {"dilation": ()},
        "dilation must have length 2\n"
        "found: dilation=() of length 0\n"
        "do: give one int, or one per spatial axis in a tuple; 1 puts the taps side by side",
    ),
    (
        {"dilation": (1, 4), "padding": (0, 1)},
        "the dilated kernel must fit into the padded input\n"
        "found: spatial axis 1: k=3, dilation=4 span 9; n=6, padding=1 give room for 8\n"
        "do: enlarge the input or the padding, or shrink the kernel or the dilation",
    ),
]
BAD_TYPES: list[tuple[dict[str, Any], str]] = [
    (
        {"weight": [[[1.0, 2.0]]]},
        "weight must be a torch.Tensor\n"
        "found: weight of type list\n"
        "do: convert it with torch.as_tensor",
    ),
    (
        {"input_shape": 5},
        "input_shape must be a sequence of ints\n"
        "found: input_shape=5\n"
        "do: give (C_in, *n): one size for every kernel axis of weight, no batch axis",
    ),
    (
        {"input_shape": (3, 5.0, 6)},
        "input_shape[1] must be an int\n"
        "found: input_shape[1]=5.0\n"
        "do: give (C_in, *n): one size for every kernel axis of weight, no batch axis",
    ),
    (
        {"padding": "same"},
        "padding must be an int\n"
        "found: padding='same'\n"
        "do: give one int, or one per spatial axis in a tuple; to crop, slice the input",
    ),
    (
        {"padding": (1, True)},
        "padding[1] must be an int\n"
        "found: padding[1]=True\n"
        "do: give one int, or one per spatial axis in a tuple; to crop, slice the input",
    ),
    (
        {"dilation": torch.tensor(True)},
        "dilation must be an int\n"
        "found: dilation=tensor(True)\n"
        "do: give one int, or one per spatial axis in a tuple; 1 puts the taps side by side",
    ),
    (
        {"stride": 1.5},
        "stride must be an int\n"
        "found: stride=1.5\n"
        "do: give one int, or one per spatial axis in a tuple; 1 keeps every output position",
    ),
    (
        {"groups": (1, 1)},
        "groups must be an int\n"
        "found: groups=(1, 1)\n"
        "do: give one int; 1 connects every input channel to every output channel",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "changed", "message"),
    [(ValueError, *bad) for bad in BAD_VALUES] + [(TypeError, *bad) for bad in BAD_TYPES],
    ids=lambda part: ",".join(part) if isinstance(part, dict) else "",
)
def test_bad_argument_is_refused_with_rule_values_and_fix(
    kind: type[Exception], changed: dict[str, Any], message: str
) -> None:
    """The whole message is the promise; the arguments that were not changed are accepted."""
    good: dict[str, Any] = {"weight": W, "input_shape": (3, 5, 6)}
    assert conv_matrix(**good).shape == (4 * 4 * 4, 3 * 5 * 6)
    with pytest.raises(kind) as caught:
        conv_matrix(**good | changed)
    assert str(caught.value) == message


def test_docstring_example_is_true() -> None:
    failed, attempted = doctest.testmod(reference)
    assert attempted == 3
    assert failed == 0
