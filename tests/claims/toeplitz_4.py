"""Notebook 4 of `toeplitz`: the matrix of a 2D convolution."""

from __future__ import annotations

import itertools

import torch
from claiming import Claims, conv2d, is_toeplitz, run, valid_2d

from convkit import matrix_of

NAME = "toeplitz/4_block_toeplitz_2d"
KERNEL = torch.tensor([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
SIZES = [
    (R, S, H, W) for R, S, H, W in itertools.product(range(1, 4), range(1, 4), range(1, 6),
     range(1, 6)) if R <= H and S <= W]  # fmt: skip

claims = Claims(NAME)


def numbered(R: int, S: int) -> torch.Tensor:
    """Return a kernel whose taps all differ."""
    return torch.arange(1.0, R * S + 1).reshape(R, S)


@claims("so every output tells which taps lay on a one: 49 can only be 1 + 16 + 32.")
def _() -> bool:
    taps = KERNEL.flatten().tolist()
    sums = [c for r in range(7) for c in itertools.combinations(taps, r) if sum(c) == 49]
    return sums == [(1, 16, 32)]


@claims("The <i>last</i> one, 32: the impulse meets it first. The kernel comes out turned by half")
def _() -> bool:
    impulse = torch.zeros(3, 5)
    impulse[1, 2] = 1
    return torch.equal(conv2d(impulse, KERNEL), KERNEL.flip(0, 1))


@claims("so 6 - 3 = 3 zeros stand between 4 and 8.")
def _() -> bool:
    row = valid_2d(KERNEL, 4, 6)[0].tolist()
    return row[row.index(4) + 1 : row.index(8)] == [0, 0, 0]


@claims("But from row 3 to row 4 its start jumps from 3 to 6")
def _() -> bool:
    starts = [int(row.nonzero()[0]) for row in valid_2d(KERNEL, 4, 6)]
    return starts == [0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15]


@claims("One step right is 1 place further, one step down is `width` places further.")
def _() -> bool:
    image = torch.arange(24).reshape(4, 6)
    return bool((image.diff(dim=1) == 1).all() and (image.diff(dim=0) == 6).all())


@claims(
    "(It has fewer rows than columns as soon as the kernel has more than one tap, so it has no"
)
def _() -> bool:
    shapes = {(R, S): valid_2d(numbered(R, S), H, W).shape for R, S, H, W in SIZES}
    return all(rows < columns for kernel, (rows, columns) in shapes.items() if kernel != (1, 1))


@claims("The floor: along it nothing changes from left to right. The left wall comes out bright")
def _() -> bool:
    space, _ = run(NAME, "setup", "conv2d", "image")
    across, down = space["pictures"][2], space["pictures"][3]
    return (
        not across[-1, 2:-3].any()
        and bool((down[-1, 2:-3] < 0).all())
        and bool((across[-3:, 0] > 0).all())
        and bool((across[-3:, -2] < 0).all())
    )


@claims("the sloping roof in both differences.")
def _() -> bool:
    space, _ = run(NAME, "setup", "conv2d", "image")
    across, down = space["pictures"][2], space["pictures"][3]
    return all(across[2, c] != 0 and down[2, c] != 0 for c in (2, 3, 5, 6))


@claims("From entry (3, 3) to entry (4, 4), one step down the main diagonal, it goes from 1 to 0")
def _() -> bool:
    T = valid_2d(KERNEL, 4, 6)
    return (T[3, 3], T[4, 4]) == (1, 0) and not is_toeplitz(T)


@claims("if the kernel has one column, or is as high as the image, no jump is left and the matrix")
def _() -> bool:
    return all(
        is_toeplitz(valid_2d(numbered(R, S), H, W)) == (S == 1 or R == H) for R, S, H, W in SIZES
    )


@claims("all zeros, or the 1D convolution with one row of the kernel.")
def _() -> bool:
    T = valid_2d(KERNEL, 4, 6).reshape(3, 4, 4, 6).transpose(1, 2)
    rows = [valid_2d(KERNEL[r : r + 1], 1, 6) for r in (0, 1)]
    wanted = {(i, i): rows[0] for i in range(3)} | {(i, i + 1): rows[1] for i in range(3)}
    zero = torch.zeros(4, 6)
    return all(torch.equal(T[i, j], wanted.get((i, j), zero)) for i in range(3) for j in range(4))


@claims("1 and 8, the first <i>column</i> of the kernel")
def _() -> bool:
    space, _ = run(NAME, "setup", "conv2d", "column_major")
    return [tap for tap in space["shuffled"][0, :4].tolist() if tap] == [1, 8]


@claims("Mixing the two orders is a mistake that no shape reveals: this matrix is 12 x 24, too.")
def _() -> bool:
    space, _ = run(NAME, "setup", "conv2d", "column_major")
    T = valid_2d(KERNEL, 4, 6)
    return space["shuffled"].shape == T.shape and not torch.equal(space["shuffled"], T)


@claims("if the kernel is a column times a row, the sum shrinks to a single Kronecker product.")
def _() -> bool:
    column, row = torch.tensor([[3.0], [5.0]]), torch.tensor([[2.0, 7.0, 1.0]])
    down = matrix_of(lambda v: conv2d(v[:, None], column), 4)
    across = matrix_of(lambda v: conv2d(v[None, :], row), 6)
    return torch.equal(torch.kron(down, across), valid_2d(column * row, 4, 6))


@claims("with gaps of `width - S` zeros between them")
def _() -> bool:
    for R, S, H, W in SIZES:
        row = valid_2d(numbered(R, S), H, W)[0]
        places = row.nonzero().flatten().tolist()
        if places != [r * W + s for r in range(R) for s in range(S)]:
            return False
    return True


@claims("Asked with blocks of 1 x 1, your function is the plain test of notebook 1")
def _() -> bool:
    model, _ = run(NAME, "setup", "is_block_toeplitz")
    ask = model["is_block_toeplitz"]
    matrices = [valid_2d(numbered(*size[:2]), *size[2:]) for size in SIZES]
    return all(ask(T, (1, 1)) == is_toeplitz(T) for T in matrices)
