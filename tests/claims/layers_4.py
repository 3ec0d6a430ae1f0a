"""Notebook 4 of `layers`: circulants and the FFT."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from claiming import Claims, circulant

from convkit import matrix_of

claims = Claims("layers/4_fourier")
KERNEL = torch.tensor([2.0, 3.0, 7.0])


@claims(
    "Every circulant only scales the DFT vectors: by the FFT of its first column, which for real "
    "weights is the conjugate of the FFT of its first row"
)
def _() -> bool:
    n = 7
    C = circulant(KERNEL, n)
    factors = torch.fft.fft(C[:, 0])
    if not torch.allclose(factors, torch.fft.fft(C[0]).conj(), atol=1e-4):
        return False
    waves = [torch.exp(2j * torch.pi * m * torch.arange(n) / n) for m in range(n)]
    return all(
        torch.allclose(C.cfloat() @ f, factor * f, atol=1e-4)
        for f, factor in zip(waves, factors, strict=True)
    )


@claims("**Circulants commute**, and their product is a circulant whose spectrum")
def _() -> bool:
    C, D = circulant(KERNEL, 7), circulant(torch.tensor([1.0, -1, 4, 2]), 7)
    P = C @ D
    spectra = [torch.fft.fft(M[0]) for M in (C, D, P)]
    return (
        torch.equal(P, D @ C)
        and torch.equal(P, circulant(P[0], 7))
        and torch.allclose(spectra[0] * spectra[1], spectra[2], atol=1e-3)
    )


@claims("All ones: every output is the sum of the taps, here 12.")
def _() -> bool:
    return bool((circulant(KERNEL, 6) @ torch.ones(6) == 12).all())


@claims("(Its eigenvectors are perpendicular to each other, so this is the size of its largest")
def _() -> bool:
    C = circulant(KERNEL, 6)
    largest = torch.fft.fft(C[0]).abs().max()
    return torch.allclose(torch.linalg.matrix_norm(C, 2), largest)


@claims("it need not even be square. But it is a **corner of a circulant**")
def _() -> bool:
    row, column = torch.tensor([5.0, 1, 2, 3]), torch.tensor([5.0, 7, 9])
    T = torch.stack([torch.cat([column[1 : i + 1].flip(0), row])[:4] for i in range(3)])
    first = torch.cat([row, column[1:].flip(0)])  # once around the circle
    return torch.equal(circulant(first, 6)[:3, :4], T) and matrix_of(lambda x: T @ x, 4).shape == (
        3,
        4,
    )


WEIGHT, SIGNAL = torch.tensor([1.0, 1.0, -2.0]), torch.tensor([1.0, 0, 4, -1, 5, 2])


def waves(n: int) -> torch.Tensor:
    """Return the DFT vectors as columns."""
    j = torch.arange(n, dtype=torch.float64)
    return torch.exp(2j * torch.pi * torch.outer(j, j) / n)


def factors(C: torch.Tensor) -> torch.Tensor:
    """Return by what a circulant scales each DFT vector, read off one entry."""
    return (C.to(torch.complex128) @ waves(len(C)))[0]


def in_waves(T: torch.Tensor) -> torch.Tensor:
    """Return a square matrix in the coordinates of the DFT vectors."""
    f = waves(len(T))
    return f.conj().T @ T.to(torch.complex128) @ f / len(T)


def off_diagonal(M: torch.Tensor) -> float:
    return float((M - torch.diag(M.diagonal())).abs().max())


@claims("to apply it is `n` products, to undo it `n` divisions.")
def _() -> bool:
    C, f = circulant(KERNEL, 7).double(), waves(7)
    x = torch.arange(7.0, dtype=torch.float64).sin()
    parts = f.conj().T @ x.to(torch.complex128) / 7
    y = C @ x
    there = f @ (factors(C) * parts)
    back = f @ (f.conj().T @ y.to(torch.complex128) / 7 / factors(C))
    return torch.allclose(there.real, y) and torch.allclose(back.real, x)


@claims("To move along the circle by one place is to multiply **every** entry by the same number")
def _() -> bool:
    f = waves(8)
    return all(torch.allclose(f[:, m].roll(-1), f[1, m] * f[:, m]) for m in range(8))


@claims("alternating vector: the alternating sum, here 2 - 3 + 7 = 6.")
def _() -> bool:
    f = torch.tensor([1.0, -1] * 4)
    return torch.equal(circulant(KERNEL, 8) @ f, 6 * f)


@claims("A blur keeps the first and nearly kills the second; a difference does the opposite.")
def _() -> bool:
    def two(taps: list[float]) -> list[float]:
        found = factors(circulant(torch.tensor(taps), 8)).abs()
        return [round(float(found[m]), 6) for m in (0, 4)]

    return two([0.25, 0.5, 0.25]) == [1, 0] and two([0.5, -0.5]) == [0, 1]


@claims("All circulants of one size share their eigenvectors.")
def _() -> bool:
    many = [circulant(w, 9) for w in (KERNEL, WEIGHT, torch.arange(9.0).cos())]
    return all(off_diagonal(in_waves(C)) < 1e-5 for C in many)


@claims("circulant is that column read backwards around the circle, and its FFT is the complex")
def _() -> bool:
    C = circulant(KERNEL, 7)
    backwards = C[[0, 6, 5, 4, 3, 2, 1], 0]
    return torch.equal(C[0], backwards) and torch.allclose(
        torch.fft.fft(C[0]), factors(C).conj().to(torch.complex64), atol=1e-4
    )


@claims("Any vector is a sum of DFT vectors.")
def _() -> bool:
    parts = torch.fft.fft(SIGNAL.double()) / 6
    return torch.allclose((waves(6) @ parts).real, SIGNAL.double(), atol=1e-9)


@claims(
    "The transpose: its first column is the weight, so it is a true convolution on the circle."
)
def _() -> bool:
    C = circulant(KERNEL, 6)
    y = torch.fft.ifft(torch.fft.fft(SIGNAL) * torch.fft.fft(KERNEL, 6)).real
    return torch.allclose(y, C.T @ SIGNAL, atol=1e-4) and torch.equal(C.T[:3, 0], KERNEL)


@claims("a symmetric kernel whose middle is tap 0 hides it altogether.")
def _() -> bool:
    C = circulant(torch.tensor([5.0, 2, 0, 0, 0, 2]), 6)
    return torch.equal(C, C.T) and not torch.equal(circulant(KERNEL, 6), circulant(KERNEL, 6).T)


@claims("25 and -7 came around and were added to the first two: 2 + 25 is 27, and 3 - 7 is -4.")
def _() -> bool:
    x = SIGNAL[:4]
    line = circulant(KERNEL, 6).T @ torch.cat([x, torch.zeros(2)])
    circle = circulant(KERNEL, 4).T @ x
    return line[4:].tolist() == [25, -7] and circle[:2].tolist() == [27, -4]


@claims(
    "Only on the circle of 6 does the corner at the top right stay free of what has come around."
)
def _() -> bool:
    corners = [bool(circulant(KERNEL, size).T[:2, 2:4].any()) for size in (4, 5, 6)]
    return corners == [True, True, False]


@claims("The DFT vectors are no eigenvectors of this matrix")
def _() -> bool:
    T = torch.tensor([[5.0, 4, 3], [6, 5, 4], [7, 6, 5]])  # its square part
    return off_diagonal(in_waves(T)) > 0.5


@claims("followed by its first row **read backwards**, without the number that they share.")
def _() -> bool:
    column, row = torch.tensor([5.0, 6, 7, 8]), torch.tensor([5.0, 4, 3])
    around = torch.cat([column, row[1:].flip(0)])
    large = torch.stack([around.roll(j) for j in range(6)], 1)
    T = torch.tensor([[5.0, 4, 3], [6, 5, 4], [7, 6, 5], [8, 7, 6]])
    return torch.equal(large[:4, :3], T)


@claims("`T` would take 80 GB")
def _() -> bool:
    return 10**5 * 10**5 * torch.zeros(1, dtype=torch.float64).element_size() == 80 * 10**9


@claims("(Ours also moves the signal one place to the left, as row `i` begins at place `i`.)")
def _() -> bool:
    x = torch.eye(9)[4]
    return int((circulant(torch.tensor([1.0, 3, 1]), 9) @ x).argmax()) == 3


@claims("If none of these numbers is 0, each can be divided out again.")
def _() -> bool:
    ranks = {}
    for taps in ([1.0, 3, 1], [1.0, 2, 1]):
        C = circulant(torch.tensor(taps), 8).double()
        ranks[int((factors(C).abs() < 1e-9).sum())] = int(torch.linalg.matrix_rank(C))
    return ranks == {0: 8, 1: 7}


@claims(
    "conjugated: by the square of its size. A wave that the blur has halved is halved once more."
)
def _() -> bool:
    C = circulant(torch.tensor([1.0, 3, 1]) / 5, 9).double()
    return torch.allclose(factors(C.T @ C), factors(C).abs().to(torch.complex128) ** 2)


@claims("<code>n</code> the wave 1, -1, 1, -1, ... is multiplied by 0: it is lost")
def _() -> bool:
    blur = torch.tensor([1.0, 2, 1]) / 4
    return all(
        not (circulant(blur, n) @ torch.tensor([1.0, -1] * (n // 2))).any() for n in (4, 8, 12)
    )


@claims("<code>n</code> no factor is 0, but the smallest shrinks as <code>n</code> grows.")
def _() -> bool:
    blur = torch.tensor([1.0, 2, 1]) / 4
    least = [float(factors(circulant(blur, n)).abs().min()) for n in range(5, 42, 4)]
    return min(least) > 1e-4 and least == sorted(least, reverse=True)


@claims("The signal that comes back is drowned in the fastest wave.")
def _() -> bool:
    n = 41
    C = circulant(torch.tensor([1.0, 2, 1]).double() / 4, n)
    generator = torch.Generator().manual_seed(41)
    noise = 0.01 * torch.randn(n, generator=generator, dtype=torch.float64)
    off = torch.linalg.solve(C, noise)
    strongest = int(torch.fft.rfft(off).abs().argmax())
    return float(off.abs().max()) > 1 and strongest == n // 2


@claims(
    '`"zeros"`, `"circular"`, `"reflect"` and `"replicate"`. With `(k - 1) / 2` places on each'
)
def _() -> bool:
    found = set()
    for mode in ("constant", "circular", "reflect", "replicate"):
        T = matrix_of(
            lambda x, mode=mode: F.conv1d(F.pad(x[None, None], (1, 1), mode), KERNEL[None, None])[
                0, 0
            ],
            7,
        )
        assert T.shape == (7, 7)
        found |= {mode} if off_diagonal(in_waves(T)) < 1e-4 else set()
    return found == {"circular"}


@claims("a reflected *symmetric* kernel goes with the cosine transform.")
def _() -> bool:
    n, kernel = 7, torch.tensor([2.0, 5, 2])
    T = matrix_of(
        lambda x: F.conv1d(F.pad(x[None, None], (1, 1), "reflect"), kernel[None, None])[0, 0], n
    )
    j = torch.arange(n).float()
    cosines = torch.cos(torch.pi * torch.outer(j, j) / (n - 1))
    return all(
        torch.allclose(T @ f, (T @ f)[0] * f, atol=1e-4)
        for f in cosines  # entry 0 of f is 1
    )


@claims("Its eigenvectors are perpendicular to each other")
def _() -> bool:
    f = waves(7)
    return off_diagonal(f.conj().T @ f) < 1e-9


@claims(
    "The factors of wave <code>m</code> and wave <code>n - m</code> are conjugates of each other."
)
def _() -> bool:
    found = factors(circulant(KERNEL, 9))
    return torch.allclose(found[1:], found[1:].flip(0).conj())
