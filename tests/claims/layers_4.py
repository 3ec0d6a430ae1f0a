"""Notebook 4 of `layers`: circulants and the FFT."""

from __future__ import annotations

import torch
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
