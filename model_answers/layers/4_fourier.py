# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% dft_vector | a list of cmath
import cmath
def dft_vector(n, m):
    return [cmath.exp(2j * cmath.pi * j * m / n) for j in range(n)]

# %% circulant_eigenvalues | n times the inverse transform
def circulant_eigenvalues(weight, n):
    return torch.fft.ifft(weight, n) * n

# %% circular_correlation_fft | rfft with the length
def circular_correlation_fft(weight, x):
    n = len(x)
    return torch.fft.irfft(torch.fft.rfft(weight, n).conj() * torch.fft.rfft(x), n)

# %% linear_convolution_fft | NumPy, the next power of two
import numpy as np
def linear_convolution_fft(weight, x):
    out = len(weight) + len(x) - 1
    size = 1
    while size < out:
        size *= 2
    w, x = weight.numpy(), x.numpy()
    return np.fft.irfft(np.fft.rfft(w, size) * np.fft.rfft(x, size), size)[:out]

# %% toeplitz_matvec | fft, the shared number padded away
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    around = torch.cat([first_column, first_column.new_zeros(3), first_row[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around))).real[:m]

# %% deblur | solve the circulant's equations
def deblur(weight, y):
    return torch.linalg.solve(circulant(weight, len(y)), y)

# %% diagonalised_by_dft | tried out
def same(mode, n=7):
    weight = torch.tensor([2.0, 3.0, 7.0])
    def f(x):
        wide = F.pad(x[None, None], (1, 1), "constant" if mode == "zeros" else mode)
        return F.conv1d(wide, weight[None, None])[0, 0]
    return torch.stack([f(e) for e in torch.eye(n)], dim=1) + 0j
diagonalised_by_dft = set()
for mode in ("zeros", "circular", "reflect", "replicate"):
    waves = torch.fft.fft(torch.eye(7))
    there = waves.conj().T @ same(mode) @ waves / 7
    if (there - torch.diag(there.diagonal())).abs().max() < 1e-3:
        diagonalised_by_dft.add(mode)
