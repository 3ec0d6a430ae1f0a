"""Notebook 2 of `toeplitz`: shifts, and what follows them."""

from __future__ import annotations

import torch
from claiming import Claims, circulant, conv1d, follows, rolling, run, shifting, valid

from convkit import shift
from convkit.tools import defect

NAME = "toeplitz/2_shift_equivariance"
KERNEL = torch.tensor([2.0, 3.0, 7.0])
SIGNAL = torch.tensor([1.0, 0.0, 4.0, -1.0, 5.0, 2.0])
WEIGHT = torch.tensor([1.0, 1.0, -2.0])
X = torch.tensor([0.0, 0, 1, 2, 3, 4, 5, 6, 7, 0])

claims = Claims(NAME)


def wrong(n: int) -> list[int]:
    """Return the outputs at which a shift of the notebook's signal goes wrong."""
    return defect(lambda x: conv1d(x, KERNEL), SIGNAL, n).nonzero().flatten().tolist()


@claims("At two: outputs 0 and 1.")
def _() -> bool:
    return wrong(2) == [0, 1]


@claims("at most `k - 1 = 2` in each row.")
def _() -> bool:
    return max(len(wrong(n)) for n in range(-4, 5)) == 2


@claims("(At shifts of 1 one of the two would lie beyond the output, so only the other is seen.)")
def _() -> bool:
    return wrong(1) == [0] and wrong(-1) == [3]


@claims("the last two columns of $S_2$ are zero, so $S_2$ has no inverse.")
def _() -> bool:
    S = shifting(6, 2)
    return not S[:, -2:].any() and bool(S[:, :-2].any(0).all())


@claims("Where it fails, it fails at exactly **one** output, and by 7; and at -9 it passes again.")
def _() -> bool:
    gaps = {n: defect(lambda x: conv1d(x, WEIGHT), X, n).abs() for n in range(-10, 11)}
    far = {n: gap for n, gap in gaps.items() if abs(n) > 5}
    failing = [gap for gap in far.values() if gap.any()]
    return all(int(g.count_nonzero()) == 1 and g.max() == 7 for g in failing) and (
        len(failing) > 0 and not far[-9].any() and bool(far[-8].any())
    )


@claims("Only 0, which moves nothing. This signal has no zeros at its ends.")
def _() -> bool:
    space, _ = run(NAME, "setup", "other_signal")
    other = space["other"]
    gaps = [defect(lambda x: conv1d(x, WEIGHT), other, n).any() for n in range(-5, 6)]
    return [n for n, gap in zip(range(-5, 6), gaps, strict=True) if not gap] == [0] and bool(
        other[0] * other[-1] != 0
    )


@claims("output 0 is wrong by `3*x[0] + 7*x[1]`.")
def _() -> bool:
    T = valid(KERNEL, 6)
    difference = T @ shifting(6, 1) - shifting(4, 1) @ T
    return difference[0].tolist() == [3, 7, 0, 0, 0, 0] and not difference[1:].any()


@claims(
    "**no shift but 0** passes for every signal, except shifts so far that nothing at all is left "
    "of input and output."
)
def _() -> bool:
    generator = torch.Generator().manual_seed(3)
    for k in (2, 3, 4):
        for n in range(k, 9):
            signs = torch.randint(0, 2, (k,), generator=generator) * 2.0 - 1
            T = valid((torch.arange(k) + 1.0) * signs, n)
            if {m for m in range(-n - 2, n + 3) if follows(T, m)} != {
                m for m in range(-n - 2, n + 3) if m == 0 or abs(m) >= n
            }:
                return False
    return True


@claims("A square matrix that is Toeplitz and zero above its diagonal follows **every** shift to")
def _() -> bool:
    T = valid(KERNEL, 8)[:, 2:]
    return not torch.triu(T, 1).any() and all(follows(T, n) for n in range(9))


@claims("To the left it does not.")
def _() -> bool:
    T = valid(KERNEL, 8)[:, 2:]
    return not any(follows(T, -n) for n in range(1, 6))


@claims("`C` follows every cyclic shift. Does it also commute with any other circulant `D`")
def _() -> bool:
    pairs = [
        (circulant(a, 6), circulant(b, 6)) for a in (KERNEL, SIGNAL) for b in (WEIGHT, SIGNAL)
    ]
    return all(torch.equal(C @ D, D @ C) for C, D in pairs)


@claims("(On a line the two matrices of a product <code>T2 @ T1</code> cannot even change places")
def _() -> bool:
    T1, T2 = valid(KERNEL, 7), valid(WEIGHT[:2], 5)
    return T1.shape[1] != T2.shape[0]


@claims("all factors together are the **FFT of the first row** (its conjugate")
def _() -> bool:
    for n in (3, 6, 7):
        C = circulant(KERNEL, n)
        factors = torch.fft.fft(C[0]).conj()
        for m in range(n):
            wave = torch.exp(2j * torch.pi * m * torch.arange(n) / n)
            if not torch.allclose(C.cfloat() @ wave, factors[m] * wave, atol=1e-4):
                return False
    return True


@claims("along every diagonal, followed around the circle, the numbers flow together, to their")
def _() -> bool:
    A = torch.randint(-9, 10, (6, 6), generator=torch.Generator().manual_seed(128)).float()
    means = [A.gather(1, (torch.arange(6)[:, None] + d) % 6).mean() for d in range(6)]
    space, _ = run(NAME, "setup", "circle", "no_exceptions", "melt")
    return torch.allclose(space["A"], circulant(torch.stack(means), 6), atol=0.1)


@claims("On a circle, the linear maps that follow every shift are the circulants, and no others.")
def _() -> bool:
    S = rolling(4, 1)
    system = torch.kron(S, torch.eye(4)) - torch.kron(torch.eye(4), S.T.contiguous())
    free = 16 - int(torch.linalg.matrix_rank(system))  # the dimension of all that commute with S
    return free == 4 and torch.equal(circulant(KERNEL, 4) @ S, S @ circulant(KERNEL, 4))


@claims(
    "For the even ones: 2 places at the input are 1 place at the output. For odd shifts nothing"
)
def _() -> bool:
    strided = circulant(KERNEL, 6)[::2]
    found = {
        n: [m for m in range(3) if torch.equal(strided @ rolling(6, n), rolling(3, m) @ strided)]
        for n in range(6)
    }
    return found == {n: [n // 2] if n % 2 == 0 else [] for n in range(6)}


@claims(
    "A network that halves its images three times can be relied on for shifts by multiples of 8"
)
def _() -> bool:
    T = torch.eye(16)
    for _ in range(3):
        T = circulant(KERNEL, len(T))[::2][:, : len(T)] @ T
    fitting = [
        n
        for n in range(16)
        if any(torch.equal(T @ rolling(16, n), rolling(2, m) @ T) for m in range(2))
    ]
    return fitting == [0, 8]


@claims("A cyclic shift can be undone.")
def _() -> bool:
    back = shift(shift(SIGNAL, 2), -2)
    return torch.equal(SIGNAL.roll(2).roll(-2), SIGNAL) and not torch.equal(back, SIGNAL)
