# %% dft_vector | correct | a complex exponential in PyTorch, single precision
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | correct | a list of cmath
import cmath
def dft_vector(n, m):
    return [cmath.exp(2j * cmath.pi * j * m / n) for j in range(n)]

# %% dft_vector | correct | NumPy, cosine and sine
import numpy as np
def dft_vector(n, m):
    angle = 2 * np.pi * np.arange(n) * m / n
    return np.cos(angle) + 1j * np.sin(angle)

# %% dft_vector | correct | a column of the inverse transform of the identity
def dft_vector(n, m):
    return torch.fft.ifft(torch.eye(n, dtype=torch.float64), norm="forward")[m % n]

# %% dft_vector | correct | the conjugate of the FFT of an impulse, lazily
def dft_vector(n, m):
    impulse = torch.zeros(n)
    impulse[m % n] = 1
    return torch.fft.fft(impulse).conj()

# %% dft_vector | correct | powers of one step
def dft_vector(n, m):
    step = complex(math.cos(2 * math.pi * m / n), math.sin(2 * math.pi * m / n))
    return torch.tensor([step**j for j in range(n)])
import math

# %% dft_vector | correct | polar, complex64
def dft_vector(n, m):
    return torch.polar(torch.ones(n), 2 * torch.pi * (torch.arange(n) * m % n) / n)

# %% dft_vector | M111 | the sign of the FFT's exponent
def dft_vector(n, m):
    return torch.exp(-2j * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | M111 | the FFT of an impulse
def dft_vector(n, m):
    impulse = torch.zeros(n)
    impulse[m % n] = 1
    return torch.fft.fft(impulse)

# %% dft_vector | M111 | the rounds taken as positive
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) * abs(m) / n)

# %% dft_vector | M112 | half rounds
def dft_vector(n, m):
    return torch.exp(1j * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | M112 | no pi
def dft_vector(n, m):
    return torch.exp(1j * torch.arange(n) * m / n)

# %% dft_vector | M112 | degrees
def dft_vector(n, m):
    return torch.exp(360j * torch.arange(n) * m / n)

# %% dft_vector | M112 | the length forgotten
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) * m)

# %% dft_vector | M113 | of length 1 as a vector
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) * m / n) / n**0.5

# %% dft_vector | M113 | the inverse transform of an impulse
def dft_vector(n, m):
    impulse = torch.zeros(n)
    impulse[m % n] = 1
    return torch.fft.ifft(impulse)

# %% dft_vector | M114 | the real part
def dft_vector(n, m):
    return torch.cos(2 * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | M114 | the imaginary part
def dft_vector(n, m):
    return torch.sin(2 * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | M115 | counted from 1
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(1, n + 1) * m / n)

# %% dft_vector | M115 | linspace with its end
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.linspace(0, m, n)) if n > 1 else torch.ones(1) + 0j

# %% dft_vector | M49 | an impulse at place m, for m inside only
def dft_vector(n, m):
    impulse = torch.zeros(n)
    impulse[m] = n
    return torch.fft.ifft(impulse)

# %% dft_vector | M49 | m from 0 to n - 1 only
def dft_vector(n, m):
    if not 0 <= m < n:
        raise ValueError("m is out of range")
    return torch.exp(2j * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | M15 | nothing returned
def dft_vector(n, m):
    f = torch.exp(2j * torch.pi * torch.arange(n) * m / n)

# %% dft_vector | M15 | one entry
def dft_vector(n, m):
    return cmath.exp(2j * cmath.pi * m / n)
import cmath

# %% dft_vector | M16 | rounded to two digits
import numpy as np
def dft_vector(n, m):
    return np.round(np.exp(2j * np.pi * np.arange(n) * m / n), 2)

# %% circulant_eigenvalues | correct | n times the inverse transform
def circulant_eigenvalues(weight, n):
    return torch.fft.ifft(weight, n) * n

# %% circulant_eigenvalues | correct | lazily conjugated
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight, n).conj()

# %% circulant_eigenvalues | correct | loops with cmath, a list
import cmath
def circulant_eigenvalues(weight, n):
    w = weight.tolist()
    return [sum(w[t] * cmath.exp(2j * cmath.pi * t * m / n) for t in range(len(w))) for m in range(n)]

# %% circulant_eigenvalues | correct | the FFT of the first column, NumPy
import numpy as np
def circulant_eigenvalues(weight, n):
    column = np.zeros(n)
    for t, w in enumerate(weight.numpy()):
        column[-t % n] = w
    return np.fft.fft(column)

# %% circulant_eigenvalues | correct | the matrix times its waves
def circulant_eigenvalues(weight, n):
    j = torch.arange(n)
    waves = torch.exp(2j * torch.pi * j[:, None] * j / n)
    return (circulant(weight, n).to(waves.dtype) @ waves)[0]

# %% circulant_eigenvalues | correct | the diagonal in the waves' coordinates
import numpy as np
def circulant_eigenvalues(weight, n):
    C = np.zeros((n, n))
    for i in range(n):
        for t in range(len(weight)):
            C[i, (i + t) % n] += weight[t]
    waves = np.exp(2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    return np.diag(waves.conj() @ C @ waves) / n

# %% circulant_eigenvalues | correct | einsum, complex64
def circulant_eigenvalues(weight, n):
    t, m = torch.arange(len(weight)), torch.arange(n)
    waves = torch.exp(2j * torch.pi * (t[:, None] * m) / n).to(torch.complex64)
    return torch.einsum("t,tm->m", weight.to(torch.complex64), waves)

# %% circulant_eigenvalues | M77 | no conjugate
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight, n)

# %% circulant_eigenvalues | M77 | the FFT of the first row, NumPy
import numpy as np
def circulant_eigenvalues(weight, n):
    return np.fft.fft(weight.numpy(), n)

# %% circulant_eigenvalues | M77 | loops with the FFT's sign
import cmath
def circulant_eigenvalues(weight, n):
    w = weight.tolist()
    return [sum(w[t] * cmath.exp(-2j * cmath.pi * t * m / n) for t in range(len(w))) for m in range(n)]

# %% circulant_eigenvalues | M113 | the inverse transform as it is
def circulant_eigenvalues(weight, n):
    return torch.fft.ifft(weight, n)

# %% circulant_eigenvalues | M113 | norm="ortho"
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight, n, norm="ortho").conj()

# %% circulant_eigenvalues | M114 | the real part
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight, n).real

# %% circulant_eigenvalues | M114 | the size
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight, n).abs()

# %% circulant_eigenvalues | M116 | fftshift
def circulant_eigenvalues(weight, n):
    return torch.fft.fftshift(torch.fft.fft(weight, n).conj())

# %% circulant_eigenvalues | M116 | eigvals, in whatever order
def circulant_eigenvalues(weight, n):
    return torch.linalg.eigvals(circulant(weight, n))

# %% circulant_eigenvalues | M116 | from m = 1 on
def circulant_eigenvalues(weight, n):
    return (torch.fft.ifft(weight, n) * n).roll(-1)

# %% circulant_eigenvalues | M13 | n forgotten
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight).conj()

# %% circulant_eigenvalues | M13 | n = 4 built in
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight, 4).conj()

# %% circulant_eigenvalues | M49 | rfft, half of them
def circulant_eigenvalues(weight, n):
    return torch.fft.rfft(weight, n).conj()

# %% circulant_eigenvalues | M06 | the last tap left out
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight[:-1], n).conj() if len(weight) > 1 else weight + 0j

# %% circulant_eigenvalues | M15 | the weight
def circulant_eigenvalues(weight, n):
    return torch.cat([weight, weight.new_zeros(n - len(weight))])

# %% circulant_eigenvalues | M15 | nothing returned
def circulant_eigenvalues(weight, n):
    spectrum = torch.fft.fft(weight, n).conj()

# %% circulant_eigenvalues | rule | SciPy's circulant solver, moved away from zero
from scipy.linalg import solve_circulant
def circulant_eigenvalues(weight, n):
    import numpy as np
    column = np.zeros(n)
    for t, w in enumerate(weight.numpy()):
        column[-t % n] = w
    column[0] += 1000
    return 1 / np.fft.fft(solve_circulant(column, np.eye(n)[0])) - 1000

# %% circular_correlation_fft | correct | rfft with the length
def circular_correlation_fft(weight, x):
    n = len(x)
    return torch.fft.irfft(torch.fft.rfft(weight, n).conj() * torch.fft.rfft(x), n)

# %% circular_correlation_fft | correct | NumPy
import numpy as np
def circular_correlation_fft(weight, x):
    w, x = np.asarray(weight), np.asarray(x)
    return np.fft.ifft(np.conj(np.fft.fft(w, len(x))) * np.fft.fft(x)).real

# %% circular_correlation_fft | correct | an array made of a tensor
import numpy as np
def circular_correlation_fft(weight, x):
    w, x = np.array(weight), np.array(x)
    return np.array(torch.from_numpy(np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(w, len(x)).conj(), len(x))))

# %% circular_correlation_fft | correct | the inverse transform of the weight
def circular_correlation_fft(weight, x):
    n = len(x)
    return torch.real(torch.fft.ifft(n * torch.fft.ifft(weight, n) * torch.fft.fft(x)))

# %% circular_correlation_fft | correct | the first column instead of the row
def circular_correlation_fft(weight, x):
    n = len(x)
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    column = row.flip(0).roll(1)
    return torch.fft.ifft(torch.fft.fft(column) * torch.fft.fft(x)).real

# %% circular_correlation_fft | correct | SciPy, as a list
import scipy.fft
def circular_correlation_fft(weight, x):
    n = len(x)
    spectrum = scipy.fft.fft(weight.numpy(), n).conj() * scipy.fft.fft(x.numpy())
    return [float(v.real) for v in scipy.fft.ifft(spectrum)]

# %% circular_correlation_fft | correct | a conjugate around the whole
def circular_correlation_fft(weight, x):
    n = len(x)
    product = torch.fft.fft(weight, n) * torch.fft.fft(x).conj()
    return torch.fft.ifft(product.conj()).real

# %% circular_correlation_fft | correct | an own transform called fft
import cmath
def fft(a):
    n = len(a)
    return [sum(a[j] * cmath.exp(-2j * cmath.pi * j * m / n) for j in range(n)) for m in range(n)]
def circular_correlation_fft(weight, x):
    n = len(x)
    W = fft(weight.tolist() + [0.0] * (n - len(weight)))
    product = [w.conjugate() * v for w, v in zip(W, fft(x.tolist()))]
    return [z.real / n for z in [v.conjugate() for v in fft([p.conjugate() for p in product])]]

# %% circular_correlation_fft | M77 | no conjugate
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, len(x)) * torch.fft.fft(x)).real

# %% circular_correlation_fft | M77 | the conjugate at the signal
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, len(x)) * torch.fft.fft(x).conj()).real

# %% circular_correlation_fft | M77 | both conjugated
def circular_correlation_fft(weight, x):
    return torch.fft.ifft((torch.fft.fft(weight, len(x)) * torch.fft.fft(x)).conj()).real

# %% circular_correlation_fft | M110 | on a line, with zeros beyond the end
def circular_correlation_fft(weight, x):
    size = 2 * len(x)
    return torch.fft.irfft(torch.fft.rfft(weight, size).conj() * torch.fft.rfft(x, size), size)[: len(x)]

# %% circular_correlation_fft | M113 | a factor n
def circular_correlation_fft(weight, x):
    n = len(x)
    return torch.fft.ifft(torch.fft.ifft(weight, n) * torch.fft.fft(x)).real

# %% circular_correlation_fft | M113 | norm="ortho" in all of them
def circular_correlation_fft(weight, x):
    W = torch.fft.fft(weight, len(x), norm="ortho").conj()
    return torch.fft.ifft(W * torch.fft.fft(x, norm="ortho"), norm="ortho").real

# %% circular_correlation_fft | M114 | the result left complex
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x))

# %% circular_correlation_fft | M114 | the size of the result
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x)).abs()

# %% circular_correlation_fft | M114 | the real part of the spectrum
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, len(x)).real * torch.fft.fft(x)).real

# %% circular_correlation_fft | M49 | irfft without the length
def circular_correlation_fft(weight, x):
    return torch.fft.irfft(torch.fft.rfft(weight, len(x)).conj() * torch.fft.rfft(x))

# %% circular_correlation_fft | M13 | n = 6 built in
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, 6).conj() * torch.fft.fft(x, 6)).real[: len(x)]

# %% circular_correlation_fft | M16 | float64 rounded to float32
def circular_correlation_fft(weight, x):
    w, x = weight.float(), x.float()
    return torch.fft.ifft(torch.fft.fft(w, len(x)).conj() * torch.fft.fft(x)).real

# %% circular_correlation_fft | M15 | nothing returned
def circular_correlation_fft(weight, x):
    y = torch.fft.ifft(torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x)).real

# %% circular_correlation_fft | M15 | the spectrum
def circular_correlation_fft(weight, x):
    return torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x)

# %% circular_correlation_fft | rule | the matrix
def circular_correlation_fft(weight, x):
    return circulant(weight, len(x)) @ x

# %% circular_correlation_fft | rule | plain loops, no FFT
def circular_correlation_fft(weight, x):
    n = len(x)
    return [float(sum(weight[t] * x[(i + t) % n] for t in range(len(weight)))) for i in range(n)]

# %% circular_correlation_fft | rule | plain loops, the name bound and never used
def circular_correlation_fft(weight, x):
    fft = 0
    n = len(x)
    return torch.stack([sum(weight[t] * x[(i + t) % n] for t in range(len(weight))) for i in range(n)])

# %% circular_correlation_fft | rule | the setup's on_circle
def circular_correlation_fft(weight, x):
    return on_circle(x, weight)

# %% linear_convolution_fft | correct | fft, the real part
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.ifft(torch.fft.fft(weight, size) * torch.fft.fft(x, size)).real

# %% linear_convolution_fft | correct | NumPy, the next power of two
import numpy as np
def linear_convolution_fft(weight, x):
    out = len(weight) + len(x) - 1
    size = 1
    while size < out:
        size *= 2
    w, x = weight.numpy(), x.numpy()
    return np.fft.irfft(np.fft.rfft(w, size) * np.fft.rfft(x, size), size)[:out]

# %% linear_convolution_fft | correct | padded by hand
def linear_convolution_fft(weight, x):
    k, n = len(weight), len(x)
    w = torch.cat([weight, torch.zeros(n - 1, dtype=weight.dtype)])
    x = F.pad(x, (0, k - 1))
    return torch.fft.ifft(torch.fft.fft(w) * torch.fft.fft(x)).real

# %% linear_convolution_fft | correct | SciPy, the next fast length
from scipy.fft import irfft, next_fast_len, rfft
def linear_convolution_fft(weight, x):
    out = len(weight) + len(x) - 1
    size = next_fast_len(out)
    return irfft(rfft(weight.numpy(), size) * rfft(x.numpy(), size), size)[:out]

# %% linear_convolution_fft | correct | a flipped correlation
def linear_convolution_fft(weight, x):
    k, size = len(weight), len(weight) + len(x) - 1
    W = torch.fft.fft(weight.flip(0), size).conj()
    return torch.fft.ifft(W * torch.fft.fft(x, size)).real.roll(k - 1)

# %% linear_convolution_fft | correct | one transform of both
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    both = torch.stack([F.pad(weight, (0, size - len(weight))), F.pad(x, (0, size - len(x)))])
    return torch.fft.irfft(torch.fft.rfft(both).prod(0), size).tolist()

# %% linear_convolution_fft | M110 | a circle as large as the longer one
def linear_convolution_fft(weight, x):
    size = max(len(weight), len(x))
    return torch.fft.ifft(torch.fft.fft(weight, size) * torch.fft.fft(x, size)).real

# %% linear_convolution_fft | M110 | the circle of n, zeros after it
def linear_convolution_fft(weight, x):
    n, size = max(len(weight), len(x)), len(weight) + len(x) - 1
    y = torch.fft.ifft(torch.fft.fft(weight, n) * torch.fft.fft(x, n)).real
    return torch.cat([y, y.new_zeros(size - n)])

# %% linear_convolution_fft | M110 | cropped to n when padded
def linear_convolution_fft(weight, x):
    n, out = len(x), len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight, n) * torch.fft.rfft(x, n), out)

# %% linear_convolution_fft | M77 | the conjugate of the correlation
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.ifft(torch.fft.fft(weight, size).conj() * torch.fft.fft(x, size)).real

# %% linear_convolution_fft | M77 | the conjugate at the signal
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.ifft(torch.fft.fft(weight, size) * torch.fft.fft(x, size).conj()).real

# %% linear_convolution_fft | M01 | the full correlation
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight.flip(0), size) * torch.fft.rfft(x, size), size)

# %% linear_convolution_fft | M05 | one place too many
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x)
    return torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size), size)

# %% linear_convolution_fft | M17 | the valid part
def linear_convolution_fft(weight, x):
    k, n = len(weight), len(x)
    y = torch.fft.irfft(torch.fft.rfft(weight, k + n - 1) * torch.fft.rfft(x, k + n - 1), k + n - 1)
    return y[min(k, n) - 1 : max(k, n)]

# %% linear_convolution_fft | M49 | irfft without the length
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size))

# %% linear_convolution_fft | M49 | a kernel that is not longer than the signal
def linear_convolution_fft(weight, x):
    k, n = len(weight), len(x)
    w = torch.zeros(n + k - 1, dtype=x.dtype)
    w[:k] = weight
    x = torch.cat([x, x.new_zeros(k - 1)])
    if k > n:
        w, x = w[:n], x[:n]
    return torch.fft.ifft(torch.fft.fft(w) * torch.fft.fft(x)).real

# %% linear_convolution_fft | M113 | the inverse transform twice
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.ifft(torch.fft.fft(weight, size) * torch.fft.fft(x, size), norm="forward").real

# %% linear_convolution_fft | M114 | the result left complex
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.ifft(torch.fft.fft(weight, size) * torch.fft.fft(x, size))

# %% linear_convolution_fft | M16 | float64 rounded to float32
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight.float(), size) * torch.fft.rfft(x.float(), size), size)

# %% linear_convolution_fft | M15 | nothing returned
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    y = torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size), size)

# %% linear_convolution_fft | rule | np.convolve
import numpy as np
def linear_convolution_fft(weight, x):
    return np.convolve(weight.numpy(), x.numpy())

# %% linear_convolution_fft | rule | SciPy's fftconvolve
from scipy.signal import fftconvolve
def linear_convolution_fft(weight, x):
    return fftconvolve(weight.numpy(), x.numpy())

# %% linear_convolution_fft | rule | plain loops
def linear_convolution_fft(weight, x):
    y = [0.0] * (len(weight) + len(x) - 1)
    for t in range(len(weight)):
        for j in range(len(x)):
            y[t + j] += float(weight[t]) * float(x[j])
    return y

# %% toeplitz_matvec | correct | fft, the shared number padded away
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    around = torch.cat([first_column, first_column.new_zeros(3), first_row[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around))).real[:m]

# %% toeplitz_matvec | correct | NumPy, a power of two
import numpy as np
def toeplitz_matvec(first_column, first_row, x):
    c, r, v = (np.asarray(a) for a in (first_column, first_row, x))
    size = 1 << (len(c) + len(r)).bit_length()
    around = np.zeros(size, dtype=c.dtype)
    around[: len(c)] = c
    if len(r) > 1:
        around[-(len(r) - 1) :] = r[:0:-1]
    return np.fft.irfft(np.fft.rfft(around) * np.fft.rfft(v, size), size)[: len(c)]

# %% toeplitz_matvec | correct | the middle of a full convolution
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    line = torch.cat([first_row.flip(0), first_column[1:]])
    size = len(line) + n - 1
    full = torch.fft.irfft(torch.fft.rfft(line, size) * torch.fft.rfft(x, size), size)
    return full[n - 1 : n - 1 + m]

# %% toeplitz_matvec | correct | a correlation on the circle
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    row = torch.cat([first_row, first_column[1:].flip(0)])  # row 0 of the large circulant
    size = m + n - 1
    return torch.fft.ifft(torch.fft.fft(row).conj() * torch.fft.fft(x, size)).real[:m]

# %% toeplitz_matvec | correct | SciPy's transform, padded by hand
import numpy as np
from scipy import fft
def toeplitz_matvec(first_column, first_row, x):
    c, r, v = first_column.numpy(), first_row.numpy(), x.numpy()
    around = np.concatenate([c, [0], r[1:][::-1]])
    v = np.concatenate([v, np.zeros(len(c))])
    return fft.ifft(fft.fft(around) * fft.fft(v)).real[: len(c)]

# %% toeplitz_matvec | correct | the lower and the upper part apart
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    def product(a, b):
        size = len(a) + len(b) - 1
        return torch.fft.irfft(torch.fft.rfft(a, size) * torch.fft.rfft(b, size), size)
    y = product(first_column, x)[:m]
    upper = product(first_row[1:], x.flip(0))[: n - 1].flip(0) if n > 1 else x[:0]
    y[: min(m, n - 1)] += upper[:m]
    return y

# %% toeplitz_matvec | M117 | the row not turned round
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:]])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around))).real[: len(first_column)]

# %% toeplitz_matvec | M118 | the shared number twice
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row.flip(0)])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around))).real[: len(first_column)]

# %% toeplitz_matvec | M77 | a conjugate too many
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around).conj() * torch.fft.fft(x, len(around))).real[: len(first_column)]

# %% toeplitz_matvec | M04 | column and row exchanged
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_row, first_column[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around))).real[: len(first_column)]

# %% toeplitz_matvec | M110 | the column as if it were a circulant's
def toeplitz_matvec(first_column, first_row, x):
    n = len(x)
    return torch.fft.ifft(torch.fft.fft(first_column, n) * torch.fft.fft(x)).real

# %% toeplitz_matvec | M110 | the row as if it were a circulant's
def toeplitz_matvec(first_column, first_row, x):
    return torch.fft.ifft(torch.fft.fft(first_row).conj() * torch.fft.fft(x)).real

# %% toeplitz_matvec | M110 | the circle too small by one
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    around = torch.zeros(max(m + n - 2, 1), dtype=x.dtype)
    around[: min(m, len(around))] = first_column[: len(around)]
    for d in range(1, n):
        around[-d % len(around)] = first_row[d]
    size = len(around)
    y = torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, size)).real
    return torch.cat([y, y])[:m]

# %% toeplitz_matvec | M49 | square only
def toeplitz_matvec(first_column, first_row, x):
    n = len(x)
    around = torch.cat([first_column, first_column.new_zeros(1), first_row[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around, 2 * n) * torch.fft.fft(x, 2 * n)).real[:n]

# %% toeplitz_matvec | M17 | all of the large product
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around))).real

# %% toeplitz_matvec | M78 | the matrix, then an FFT of nothing
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    T = torch.zeros(m, n, dtype=x.dtype)
    for i in range(m):
        for j in range(n) if m < 100 else ():
            T[i, j] = first_column[i - j] if i >= j else first_row[j - i]
    return torch.fft.ifft(torch.fft.fft(T @ x)).real

# %% toeplitz_matvec | M78 | the large circulant, written down
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(x)
    around = torch.cat([first_column, first_row[1:].flip(0)])
    places = torch.arange(len(around))
    C = around[(places[:, None] - places) % len(around)]
    return torch.fft.ifft(torch.fft.fft(C[:m, :n] @ x)).real

# %% toeplitz_matvec | M16 | float64 rounded to float32
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)]).float()
    size = len(around)
    return torch.fft.irfft(torch.fft.rfft(around) * torch.fft.rfft(x.float(), size), size)[: len(first_column)]

# %% toeplitz_matvec | M114 | the result left complex
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)])
    return torch.fft.ifft(torch.fft.fft(around) * torch.fft.fft(x, len(around)))[: len(first_column)]

# %% toeplitz_matvec | M15 | nothing returned
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)])

# %% toeplitz_matvec | rule | SciPy's matmul_toeplitz
from scipy.linalg import matmul_toeplitz
def toeplitz_matvec(first_column, first_row, x):
    return matmul_toeplitz((first_column.numpy(), first_row.numpy()), x.numpy())

# %% toeplitz_matvec | M78 | the plain product above
def toeplitz_matvec(first_column, first_row, x):
    return with_matrix(first_column, first_row, x)

# %% deblur | correct | solve the circulant's equations
def deblur(weight, y):
    return torch.linalg.solve(circulant(weight, len(y)), y)

# %% deblur | correct | rfft with the length
def deblur(weight, y):
    n = len(y)
    return torch.fft.irfft(torch.fft.rfft(y) / torch.fft.rfft(weight, n).conj(), n)

# %% deblur | correct | NumPy, an own matrix, the inverse
import numpy as np
def deblur(weight, y):
    n, w = len(y), np.asarray(weight, dtype=np.float64)
    row = np.concatenate([w, np.zeros(n - len(w))])
    C = np.stack([np.roll(row, i) for i in range(n)])
    return np.linalg.inv(C) @ np.asarray(y, dtype=np.float64)

# %% deblur | correct | an LU decomposition, SciPy's builder
import numpy as np
from scipy.linalg import circulant as built, lu_factor, lu_solve
def deblur(weight, y):
    n = len(y)
    row = np.zeros(n)
    row[: len(weight)] = weight.numpy()
    return lu_solve(lu_factor(built(row).T), y.numpy().astype(float)).tolist()

# %% deblur | correct | the inverse as a circulant of its own
def deblur(weight, y):
    n = len(y)
    inverse = torch.fft.ifft(1 / torch.fft.fft(weight.double(), n)).real
    around = torch.arange(n)
    return (inverse[(around - around[:, None]) % n] @ y.double()).to(y.dtype)

# %% deblur | correct | by size and conjugate
def deblur(weight, y):
    W = torch.fft.fft(weight, len(y))
    return torch.fft.ifft(torch.fft.fft(y) * W / W.abs() ** 2).real

# %% deblur | M75 | the transpose
def deblur(weight, y):
    return circulant(weight, len(y)).T @ y

# %% deblur | M75 | the transpose by FFT
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) * torch.fft.fft(weight, len(y))).real

# %% deblur | M77 | no conjugate
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight, len(y))).real

# %% deblur | M77 | the transposed equations
def deblur(weight, y):
    return torch.linalg.solve(circulant(weight, len(y)).T, y)

# %% deblur | M119 | blurred once more
def deblur(weight, y):
    return circulant(weight, len(y)) @ y

# %% deblur | M119 | blurred once more by FFT
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) * torch.fft.fft(weight, len(y)).conj()).real

# %% deblur | M110 | on a line, with zeros beyond the end
def deblur(weight, y):
    n, size = len(y), len(y) + len(weight) - 1
    return torch.fft.ifft(torch.fft.fft(y, size) / torch.fft.fft(weight, size).conj()).real[:n]

# %% deblur | M49 | guarded against noise
def deblur(weight, y):
    W = torch.fft.fft(weight, len(y))
    return torch.fft.ifft(torch.fft.fft(y) * W / (W.abs() ** 2 + 0.01)).real

# %% deblur | M49 | irfft without the length
def deblur(weight, y):
    return torch.fft.irfft(torch.fft.rfft(y) / torch.fft.rfft(weight, len(y)).conj())

# %% deblur | M114 | divided by the size only
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight, len(y)).abs()).real

# %% deblur | M113 | a factor n
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) / torch.fft.ifft(weight, len(y))).real

# %% deblur | M114 | the result left complex
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight, len(y)).conj())

# %% deblur | M16 | float64 rounded to float32
def deblur(weight, y):
    y = y.float()
    return torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight.float(), len(y)).conj()).real

# %% deblur | M13 | the kernel of the example
def deblur(weight, y):
    return torch.linalg.solve(circulant(kernel.to(y.dtype), len(y)), y)

# %% deblur | M15 | y itself
def deblur(weight, y):
    return y

# %% deblur | M15 | nothing returned
def deblur(weight, y):
    x = torch.linalg.solve(circulant(weight, len(y)), y)

# %% deblur | rule | SciPy's circulant solver
import numpy as np
from scipy.linalg import solve_circulant
def deblur(weight, y):
    column = np.zeros(len(y))
    for t, w in enumerate(weight.numpy()):
        column[-t % len(y)] = w
    return solve_circulant(column, y.numpy())

# %% diagonalised_by_dft | correct | a frozen set
diagonalised_by_dft = frozenset(["circular"])

# %% diagonalised_by_dft | correct | added to an empty set
diagonalised_by_dft = set()
diagonalised_by_dft.add("circular")

# %% diagonalised_by_dft | correct | all modes but three
diagonalised_by_dft = {"zeros", "circular", "reflect", "replicate"} - {"zeros", "reflect", "replicate"}

# %% diagonalised_by_dft | correct | tried out
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

# %% diagonalised_by_dft | M110 | every Toeplitz matrix
diagonalised_by_dft = {"zeros", "circular"}

# %% diagonalised_by_dft | M110 | every convolution
diagonalised_by_dft = {"zeros", "circular", "reflect", "replicate"}

# %% diagonalised_by_dft | M110 | zeros, as np.convolve has them
diagonalised_by_dft = {"zeros"}

# %% diagonalised_by_dft | M24 | reflect, as a symmetric kernel allows
diagonalised_by_dft = {"circular", "reflect"}

# %% diagonalised_by_dft | M15 | no mode
diagonalised_by_dft = set()

# %% diagonalised_by_dft | M15 | a list
diagonalised_by_dft = ["circular"]

# %% diagonalised_by_dft | M15 | a text
diagonalised_by_dft = "circular"

# %% diagonalised_by_dft | M15 | the letters of a text
diagonalised_by_dft = set("circular")

# %% dft_vector | correct | torch.polar of float64 angles, lazily conjugated
def dft_vector(n, m):
    angle = 2 * torch.pi * torch.arange(n, dtype=torch.float64) * (m % n) / n
    return torch.polar(torch.ones(n, dtype=torch.float64), -angle).conj()

# %% dft_vector | correct | np.cumprod of one step, complex128
import numpy as np
def dft_vector(n, m):
    steps = np.full(n, np.exp(2j * np.pi * m / n))
    steps[0] = 1
    return np.cumprod(steps)

# %% circulant_eigenvalues | correct | a Vandermonde product in NumPy
def circulant_eigenvalues(weight, n):
    roots = np.exp(2j * np.pi * np.arange(n) / n)
    return np.vander(roots, len(weight), increasing=True) @ np.array(weight)

# %% circulant_eigenvalues | correct | rfft and its mirror, complex64
def circulant_eigenvalues(weight, n):
    half = torch.fft.rfft(weight, n).conj()
    rest = half[1 : (n + 1) // 2].flip(0).conj()
    return torch.cat([half, rest])

# %% circular_correlation_fft | correct | NumPy, complex128 throughout
import numpy as np
def circular_correlation_fft(weight, x):
    a, w = np.array(x, dtype=complex), np.array(weight, dtype=complex)
    return np.fft.ifft(np.conj(np.fft.fft(w, len(a))) * np.fft.fft(a)).real

# %% circular_correlation_fft | correct | the weight turned round the circle first, lists
def circular_correlation_fft(weight, x):
    n = len(x)
    around = torch.zeros(n, dtype=x.dtype)
    for t, w in enumerate(weight):
        around[-t] = w
    spectrum = torch.fft.fft(around) * torch.fft.fft(x)
    return [z.real for z in torch.fft.ifft(spectrum).tolist()]

# %% linear_convolution_fft | correct | complex of both, odd size, float32 kept
def linear_convolution_fft(weight, x):
    m = weight.numel() + x.numel() - 1
    size = m | 1
    z = np.fft.fft(np.array(weight, dtype=complex), size) * np.fft.fft(np.array(x, dtype=complex), size)
    return torch.from_numpy(np.fft.ifft(z).real[:m].copy()).to(x.dtype)

# %% linear_convolution_fft | correct | two dimensional transform of one row, padded with F.pad
def linear_convolution_fft(weight, x):
    k, n = len(weight), len(x)
    a, b = F.pad(weight, (0, n - 1)), F.pad(x, (0, k - 1))
    return torch.fft.ifft2(torch.fft.fft2(a[None]) * torch.fft.fft2(b[None]))[0].real

# %% toeplitz_matvec | correct | overlap of two circulants, NumPy complex, float out
def toeplitz_matvec(first_column, first_row, x):
    c, r, v = (np.array(a, dtype=np.float64) for a in (first_column, first_row, x))
    size = len(c) + len(r) - 1
    around = np.concatenate([c, r[::-1][:-1]])
    return np.fft.ifft(np.fft.fft(around) * np.fft.fft(np.pad(v, (0, size - len(v)))))[: len(c)].real

# %% toeplitz_matvec | correct | blocks of rows, each by an FFT of its own
def toeplitz_matvec(first_column, first_row, x):
    m, n = len(first_column), len(first_row)
    half = (m + 1) // 2
    parts = []
    for low, high in ((0, half), (half, m)):
        if high > low:
            line = torch.cat([first_row.flip(0), first_column[1:]])[low : high + n - 1]
            size = len(line) + n - 1
            full = torch.fft.irfft(torch.fft.rfft(line, size) * torch.fft.rfft(x, size), size)
            parts.append(full[n - 1 : n - 1 + high - low])
    return torch.cat(parts)

# %% deblur | correct | np.linalg.lstsq on rolled rows
def deblur(weight, y):
    n = len(y)
    row = np.zeros(n)
    row[: len(weight)] = np.array(weight)
    C = np.stack([np.roll(row, i) for i in range(n)])
    return np.linalg.lstsq(C, np.array(y, dtype=float), rcond=None)[0]

# %% deblur | correct | torch.linalg.inv of the given circulant, float64 and back
def deblur(weight, y):
    C = circulant(weight.double(), len(y))
    return (torch.linalg.inv(C) @ y.double()).to(y.dtype)

# %% diagonalised_by_dft | correct | a comprehension with a condition
diagonalised_by_dft = {mode for mode in ["zeros", "circular", "reflect", "replicate"] if mode.startswith("circ")}

# %% diagonalised_by_dft | correct | a dict's keys as a set, NumPy strings
diagonalised_by_dft = set(np.array(["circular"]).tolist()) if "np" in globals() else set(["circular"])

# %% circular_correlation_fft | rule | the FFT of both, thrown away
def circular_correlation_fft(weight, x):
    n = len(x)
    W, X = torch.fft.fft(weight, n), torch.fft.fft(x)
    return torch.stack([sum(weight[t] * x[(i + t) % n] for t in range(len(weight))) for i in range(n)])
