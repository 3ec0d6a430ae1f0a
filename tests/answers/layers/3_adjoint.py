# %% dot_test | correct | torch, flattened in float64
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (a.flatten().double() for a in (x, y, Tx, Sy))
    size = Tx.norm() * y.norm()
    if size == 0:
        return 0.0
    return ((Tx @ y - x @ Sy).abs() / size).item()

# %% dot_test | correct | sums of products in loops
def dot_test(x, y, Tx, Sy):
    def inner(a, b):
        return sum(p * q for p, q in zip(a.reshape(-1).tolist(), b.reshape(-1).tolist()))
    size = inner(Tx, Tx) ** 0.5 * inner(y, y) ** 0.5
    return abs(inner(Tx, y) - inner(x, Sy)) / size if size > 0 else 0.0

# %% dot_test | correct | NumPy, norms of matrices
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (np.array(a, dtype=np.float64) for a in (x, y, Tx, Sy))
    size = np.linalg.norm(Tx.ravel()) * np.linalg.norm(y.ravel())
    if size == 0:
        return 0.0
    return abs(np.vdot(Tx, y) - np.vdot(x, Sy)) / size

# %% dot_test | correct | products without flattening, a 0-d tensor
def dot_test(x, y, Tx, Sy):
    size = (Tx**2).sum().sqrt() * (y**2).sum().sqrt()
    gap = ((Tx * y).sum() - (x * Sy).sum()).abs()
    return torch.where(size > 0, gap / size.clamp(min=1e-30), torch.zeros_like(size))

# %% dot_test | correct | one norm after the other
import math
def dot_test(x, y, Tx, Sy):
    for a in (Tx, y):
        if not a.any():
            return 0
    gap = math.fsum((Tx.double() * y.double()).flatten()) - math.fsum((x.double() * Sy.double()).flatten())
    return math.fabs(gap) / math.hypot(*Tx.flatten().tolist()) / math.hypot(*y.flatten().tolist())

# %% dot_test | M106 | the sign is kept
def dot_test(x, y, Tx, Sy):
    size = Tx.norm() * y.norm()
    if size == 0:
        return 0.0
    return float(((Tx * y).sum() - (x * Sy).sum()) / size)

# %% dot_test | M106 | not relative
def dot_test(x, y, Tx, Sy):
    return float(((Tx * y).sum() - (x * Sy).sum()).abs())

# %% dot_test | M106 | nan when a norm is 0
def dot_test(x, y, Tx, Sy):
    return float(((Tx * y).sum() - (x * Sy).sum()).abs() / (Tx.norm() * y.norm()))

# %% dot_test | M106 | the norms on the other side
def dot_test(x, y, Tx, Sy):
    size = x.norm() * Sy.norm()
    return float(((Tx * y).sum() - (x * Sy).sum()).abs() / size) if size else 0.0

# %% dot_test | M106 | yes or no
def dot_test(x, y, Tx, Sy):
    return bool(torch.allclose((Tx * y).sum(), (x * Sy).sum()))

# %% dot_test | M106 | norms not rooted
def dot_test(x, y, Tx, Sy):
    size = (Tx**2).sum() * (y**2).sum()
    return float(((Tx * y).sum() - (x * Sy).sum()).abs() / size) if size else 0.0

# %% dot_test | M106 | relative to the inner product
def dot_test(x, y, Tx, Sy):
    left = float((Tx * y).sum())
    return abs(left - float((x * Sy).sum())) / abs(left) if left else 0.0

# %% dot_test | M72 | vectors only
def dot_test(x, y, Tx, Sy):
    size = torch.linalg.vector_norm(Tx) * torch.linalg.vector_norm(y)
    if size == 0:
        return 0.0
    return float((torch.dot(Tx, y) - torch.dot(x, Sy)).abs() / size)

# %% dot_test | M15 | always zero
def dot_test(x, y, Tx, Sy):
    return 0.0

# %% dot_test | M16 | rounded to three digits
def dot_test(x, y, Tx, Sy):
    size = Tx.norm() * y.norm()
    return round(float(((Tx * y).sum() - (x * Sy).sum()).abs() / size), 3) if size else 0.0

# %% dot_test | M75 | the distance of the way back
def dot_test(x, y, Tx, Sy):
    return float((x - Sy).norm() / x.norm()) if x.any() else 0.0

# %% input_gradient | correct | one slice a tap
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    out = torch.zeros(m + k - 1, dtype=grad_output.dtype)
    for t, w in enumerate(weight):
        out[t : t + m] += w * grad_output
    return out

# %% input_gradient | correct | one slice an output
def input_gradient(grad_output, weight):
    k = len(weight)
    out = np.zeros(len(grad_output) + k - 1)
    for i, g in enumerate(grad_output.tolist()):
        out[i : i + k] += g * weight.numpy()
    return out

# %% input_gradient | correct | loops, a list
def input_gradient(grad_output, weight):
    g, w = grad_output.tolist(), weight.tolist()
    out = []
    for j in range(len(g) + len(w) - 1):
        out.append(sum(w[j - i] * g[i] for i in range(len(g)) if 0 <= j - i < len(w)))
    return out

# %% input_gradient | correct | flipped kernel on a padded gradient
def input_gradient(grad_output, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1))
    return torch.stack([(wide[j : j + k] * weight.flip(0)).sum() for j in range(len(wide) - k + 1)])

# %% input_gradient | correct | unfold and a product
def input_gradient(grad_output, weight):
    k = len(weight)
    return F.pad(grad_output, (k - 1, k - 1)).unfold(0, k, 1) @ weight.flip(0)

# %% input_gradient | correct | as_strided
def input_gradient(grad_output, weight):
    k = len(weight)
    g = np.pad(np.array(grad_output), k - 1)
    step = g.strides[0]
    windows = np.lib.stride_tricks.as_strided(g, (len(g) - k + 1, k), (step, step))
    return np.einsum("jt,t->j", windows, np.array(weight)[::-1])

# %% input_gradient | correct | index_add
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    places = (torch.arange(m)[:, None] + torch.arange(k)).reshape(-1)
    out = torch.zeros(m + k - 1, dtype=weight.dtype)
    return out.index_add(0, places, torch.outer(grad_output, weight).reshape(-1))

# %% input_gradient | correct | through the FFT
def input_gradient(grad_output, weight):
    n = len(grad_output) + len(weight) - 1
    return torch.fft.irfft(torch.fft.rfft(grad_output.double(), n) * torch.fft.rfft(weight.double(), n), n)

# %% input_gradient | M76 | the kernel is not turned round
def input_gradient(grad_output, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1))
    return torch.stack([(wide[j : j + k] * weight).sum() for j in range(len(wide) - k + 1)])

# %% input_gradient | M108 | the result is turned round
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    out = torch.zeros(m + k - 1, dtype=weight.dtype)
    for t in range(k):
        out[t : t + m] += weight[t] * grad_output
    return out.flip(0)

# %% input_gradient | M75 | the pseudo-inverse
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    T = torch.zeros(m, m + k - 1, dtype=torch.float64)
    for i in range(m):
        T[i, i : i + k] = weight
    return torch.linalg.pinv(T) @ grad_output.double()

# %% input_gradient | M10 | valid places only
def input_gradient(grad_output, weight):
    k = len(weight)
    return torch.stack([(grad_output[j : j + k] * weight.flip(0)).sum() for j in range(len(grad_output) - k + 1)])

# %% input_gradient | M109 | assigned instead of added
def input_gradient(grad_output, weight):
    k = len(weight)
    out = torch.zeros(len(grad_output) + k - 1, dtype=weight.dtype)
    for i in range(len(grad_output)):
        out[i : i + k] = grad_output[i] * weight
    return out

# %% input_gradient | M39 | wrapped around
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    out = torch.zeros(m, dtype=weight.dtype)
    for i in range(m):
        for t in range(k):
            out[(i + t) % m] += grad_output[i] * weight[t]
    return torch.cat([out, out.new_zeros(k - 1)])

# %% input_gradient | M06 | last tap dropped
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    out = torch.zeros(m + k - 1, dtype=weight.dtype)
    for t in range(k - 1):
        out[t : t + m] += weight[t] * grad_output
    return out

# %% input_gradient | M13 | k = 3 built in
def input_gradient(grad_output, weight):
    m = len(grad_output)
    out = torch.zeros(m + 2, dtype=weight.dtype)
    for t in range(3):
        out[t : t + m] += weight[t] * grad_output
    return out

# %% input_gradient | M16 | float32 always
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    out = torch.zeros(m + k - 1)
    for t in range(k):
        out[t : t + m] += weight[t] * grad_output
    return out

# %% input_gradient | rule | the kit's cell
def input_gradient(grad_output, weight):
    return conv_transpose(grad_output, weight)

# %% input_gradient | rule | np.convolve
def input_gradient(grad_output, weight):
    return np.convolve(grad_output, weight)

# %% input_gradient | rule | autograd
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    x = torch.zeros(m + k - 1, dtype=weight.dtype, requires_grad=True)
    y = torch.stack([(x[i : i + k] * weight).sum() for i in range(m)])
    return torch.autograd.grad(y, x, grad_output)[0]

# %% input_gradient | rule | backward
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    x = torch.zeros(m + k - 1, dtype=weight.dtype, requires_grad=True)
    (x.unfold(0, k, 1) @ weight @ grad_output).backward()
    return x.grad

# %% weight_gradient | correct | a slice a tap
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m] @ grad_output for t in range(len(x) - m + 1)])

# %% weight_gradient | correct | traces of the products
def weight_gradient(x, grad_output):
    P = np.outer(np.array(grad_output), np.array(x))
    return np.array([np.trace(P, offset=t) for t in range(len(x) - len(grad_output) + 1)])

# %% weight_gradient | correct | loops, a list
def weight_gradient(x, grad_output):
    x, g = x.tolist(), grad_output.tolist()
    k = len(x) - len(g) + 1
    total = [0.0] * k
    for i in range(len(g)):
        for t in range(k):
            total[t] += g[i] * x[i + t]
    return total

# %% weight_gradient | correct | windows times the gradient
def weight_gradient(x, grad_output):
    k = len(x) - len(grad_output) + 1
    return grad_output @ x.unfold(0, k, 1)

# %% weight_gradient | correct | einsum over a sliding window
def weight_gradient(x, grad_output):
    k = len(x) - len(grad_output) + 1
    windows = np.lib.stride_tricks.sliding_window_view(x.numpy(), k)
    return np.einsum("i,it->t", grad_output.numpy(), windows)

# %% weight_gradient | correct | gather by an index
def weight_gradient(x, grad_output):
    m = len(grad_output)
    k = len(x) - m + 1
    return (x[torch.arange(k)[:, None] + torch.arange(m)] * grad_output).sum(1)

# %% weight_gradient | M108 | the other order
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m] @ grad_output for t in range(len(x) - m + 1)]).flip(0)

# %% weight_gradient | M108 | against the diagonals
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m] @ grad_output.flip(0) for t in range(len(x) - m + 1)])

# %% weight_gradient | M103 | an average
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([(x[t : t + m] * grad_output).mean() for t in range(len(x) - m + 1)])

# %% weight_gradient | M05 | one tap short
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m] @ grad_output for t in range(max(1, len(x) - m))])

# %% weight_gradient | M57 | a slope for every entry
def weight_gradient(x, grad_output):
    return torch.outer(grad_output, x)

# %% weight_gradient | M104 | the first output only
def weight_gradient(x, grad_output):
    k = len(x) - len(grad_output) + 1
    return grad_output[0] * x[:k]

# %% weight_gradient | M104 | the last output only
def weight_gradient(x, grad_output):
    k = len(x) - len(grad_output) + 1
    for i in range(len(grad_output)):
        total = grad_output[i] * x[i : i + k]
    return total

# %% weight_gradient | M13 | k = 3 built in
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m] @ grad_output[: len(x) - t] for t in range(3)])

# %% weight_gradient | M16 | float32 always
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m].float() @ grad_output.float() for t in range(len(x) - m + 1)])

# %% weight_gradient | rule | the kit's cell
def weight_gradient(x, grad_output):
    return conv1d(x, grad_output)

# %% weight_gradient | rule | np.correlate
def weight_gradient(x, grad_output):
    return np.correlate(x, grad_output)

# %% weight_gradient | rule | F.conv1d
def weight_gradient(x, grad_output):
    return F.conv1d(x.view(1, 1, -1), grad_output.view(1, 1, -1)).flatten()

# %% conv_transpose_1d | correct | stamps, then a slice
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | correct | a step a tap, NumPy
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = np.zeros((n - 1) * stride + k + output_padding)
    for t in range(k):
        ink[t : t + (n - 1) * stride + 1 : stride] += float(weight[t]) * y.numpy()
    return ink[padding:][: len(ink) - 2 * padding]

# %% conv_transpose_1d | correct | entry by entry, a list
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    y, w = y.tolist(), weight.tolist()
    length = (len(y) - 1) * stride - 2 * padding + len(w) + output_padding
    out = [0.0] * length
    for i in range(len(y)):
        for t in range(len(w)):
            j = i * stride + t - padding
            if 0 <= j < length:
                out[j] += y[i] * w[t]
    return out

# %% conv_transpose_1d | correct | zeros between, then the flipped kernel
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    spread = torch.zeros((n - 1) * stride + 1, dtype=y.dtype)
    spread[::stride] = y
    wide = F.pad(spread, (k - 1, k - 1 + output_padding))
    full = wide.unfold(0, k, 1) @ weight.flip(0)
    return full[padding : len(full) - padding]

# %% conv_transpose_1d | correct | a matrix by hand
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    T = torch.zeros(n, (n - 1) * stride + k + output_padding, dtype=y.dtype)
    for i in range(n):
        T[i, i * stride : i * stride + k] = weight
    return T[:, padding : T.shape[1] - padding].T @ y

# %% conv_transpose_1d | correct | index_add
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    place = (stride * torch.arange(n)[:, None] + torch.arange(k)).flatten()
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=y.dtype)
    ink.index_add_(0, place, (y[:, None] * weight).flatten())
    return ink.narrow(0, padding, len(ink) - 2 * padding)

# %% conv_transpose_1d | M100 | output_padding appends zeros
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return F.pad(ink[padding : len(ink) - padding], (0, output_padding))

# %% conv_transpose_1d | M100 | output_padding ignored
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M100 | output_padding at the start
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    ink = F.pad(ink, (output_padding, 0))
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M101 | padding puts zeros on
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return F.pad(ink, (padding, padding))

# %% conv_transpose_1d | M101 | padding ignored
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return ink

# %% conv_transpose_1d | M101 | everything cut off at the start
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return ink[2 * padding :]

# %% conv_transpose_1d | M27 | x[0:-0] is empty
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return ink[padding:-padding]

# %% conv_transpose_1d | M76 | the kernel is not turned round
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    spread = torch.zeros((n - 1) * stride + 1, dtype=y.dtype)
    spread[::stride] = y
    full = F.pad(spread, (k - 1, k - 1 + output_padding)).unfold(0, k, 1) @ weight
    return full[padding : len(full) - padding]

# %% conv_transpose_1d | M102 | stride zeros between, not stride - 1
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * (stride + 1) + k + output_padding, dtype=y.dtype)
    for i in range(n):
        ink[i * (stride + 1) : i * (stride + 1) + k] += y[i] * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M102 | inputs repeated
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    y, k = y.repeat_interleave(stride)[: (len(y) - 1) * stride + 1], len(weight)
    ink = torch.zeros(len(y) + k - 1 + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i : i + k] += v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M102 | stride ignored
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros(len(y) - 1 + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i : i + k] += v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M102 | the convolution itself
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    return F.pad(y, (padding, padding)).unfold(0, min(len(weight), len(y)), stride) @ weight[: len(y)]

# %% conv_transpose_1d | M109 | assigned instead of added
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] = v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M13 | no defaults that work: stride 2 built in
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * 2 + k + output_padding, dtype=y.dtype)
    for i, v in enumerate(y):
        ink[i * 2 : i * 2 + k] += v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | M16 | float32 always
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    k = len(weight)
    ink = torch.zeros((len(y) - 1) * stride + k + output_padding)
    for i, v in enumerate(y):
        ink[i * stride : i * stride + k] += v * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | rule | F.conv_transpose1d
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    return F.conv_transpose1d(y[None, None], weight[None, None], None, stride, padding, output_padding)[0, 0]

# %% conv_transpose_1d | rule | the test's helper
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    return conv_transpose(y, weight, stride=stride, padding=padding, output_padding=output_padding)

# %% conv_transpose_1d | rule | np.convolve on zeros between
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    spread = np.zeros((len(y) - 1) * stride + 1)
    spread[::stride] = y.numpy()
    full = np.concatenate([np.convolve(spread, weight.numpy()), np.zeros(output_padding)])
    return full[padding : len(full) - padding]

# %% checkerboard | correct | two loops, a list
def checkerboard(n, k, stride):
    count = [0] * ((n - 1) * stride + k)
    for i in range(n):
        for t in range(k):
            count[i * stride + t] += 1
    return count

# %% checkerboard | correct | one slice a stamp
def checkerboard(n, k, stride):
    count = np.zeros((n - 1) * stride + k, dtype=int)
    for i in range(n):
        count[i * stride : i * stride + k] += 1
    return count

# %% checkerboard | correct | bincount
def checkerboard(n, k, stride):
    return torch.bincount((stride * torch.arange(n)[:, None] + torch.arange(k)).flatten())

# %% checkerboard | correct | floors
def checkerboard(n, k, stride):
    j = np.arange((n - 1) * stride + k)
    last = np.minimum(j // stride, n - 1)
    first = np.maximum(-((k - 1 - j) // stride), 0)
    return np.maximum(last - first + 1, 0)

# %% checkerboard | correct | windows that open and close
def checkerboard(n, k, stride):
    change = torch.zeros((n - 1) * stride + k + 1, dtype=torch.int64)
    change[: n * stride : stride][:n] += 1
    for i in range(n):
        change[i * stride + k] -= 1
    return change.cumsum(0)[:-1]

# %% checkerboard | M105 | the inside carried on to the ends
def checkerboard(n, k, stride):
    return [max(1, k // stride)] * ((n - 1) * stride + k)

# %% checkerboard | M109 | assigned instead of added
def checkerboard(n, k, stride):
    count = torch.zeros((n - 1) * stride + k, dtype=torch.int64)
    for i in range(n):
        count[i * stride : i * stride + k] = 1
    return count

# %% checkerboard | M102 | stride ignored
def checkerboard(n, k, stride):
    count = torch.zeros(n - 1 + k, dtype=torch.int64)
    for i in range(n):
        count[i : i + k] += 1
    return count

# %% checkerboard | M102 | gaps of stride between the stamps
def checkerboard(n, k, stride):
    step = stride + 1
    count = torch.zeros((n - 1) * step + k, dtype=torch.int64)
    for i in range(n):
        count[i * step : i * step + k] += 1
    return count

# %% checkerboard | M06 | last tap dropped
def checkerboard(n, k, stride):
    count = torch.zeros((n - 1) * stride + k, dtype=torch.int64)
    for i in range(n):
        count[i * stride : i * stride + k - 1] += 1
    return count

# %% checkerboard | M05 | last stamp missing
def checkerboard(n, k, stride):
    count = torch.zeros((n - 1) * stride + k, dtype=torch.int64)
    for i in range(n - 1):
        count[i * stride : i * stride + k] += 1
    return count

# %% checkerboard | M05 | a place too many
def checkerboard(n, k, stride):
    count = torch.zeros(n * stride + k, dtype=torch.int64)
    for i in range(n):
        count[i * stride : i * stride + k] += 1
    return count

# %% checkerboard | M13 | overlap of two stamps at most
def checkerboard(n, k, stride):
    count = torch.zeros((n - 1) * stride + k, dtype=torch.int64)
    for i in range(n):
        count[i * stride : i * stride + k] += 1
    return count.clamp(max=2 if stride > 1 else 4)

# %% checkerboard | rule | a transposed convolution of ones
def checkerboard(n, k, stride):
    return F.conv_transpose1d(torch.ones(1, 1, n), torch.ones(1, 1, k), stride=stride).flatten().long()

# %% checkerboard | rule | the cell's helper
def checkerboard(n, k, stride):
    return conv_transpose(torch.ones(n), torch.ones(k), stride=stride)

# %% even_kernels | correct | typed
even_kernels = {(2, 2), (4, 2), (3, 3), (6, 3), (5, 1), (8, 4)}

# %% even_kernels | correct | by the remainder
even_kernels = {(k, s) for k, s in pairs if k % s == 0}

# %% even_kernels | correct | by counting
def _flat(k, s):
    hits = [sum(0 <= j - i * s < k for i in range(20)) for j in range(k - 1, 19 * s + 1)]
    return min(hits) == max(hits)
even_kernels = frozenset(p for p in pairs if _flat(*p))

# %% even_kernels | correct | NumPy integers
even_kernels = {(np.int64(k), np.int64(s)) for k, s in pairs if not np.mod(k, s)}

# %% even_kernels | M105 | even kernels
even_kernels = {(k, s) for k, s in pairs if k % 2 == 0}

# %% even_kernels | M105 | any stride that leaves no gap
even_kernels = {(k, s) for k, s in pairs if k >= s}

# %% even_kernels | M105 | no overlap at all
even_kernels = {(k, s) for k, s in pairs if k == s}

# %% even_kernels | M105 | odd kernels
even_kernels = {(k, s) for k, s in pairs if k % 2 == 1}

# %% even_kernels | M105 | stride 1 only
even_kernels = {(5, 1)}

# %% even_kernels | M15 | those with a pattern
even_kernels = {(k, s) for k, s in pairs if k % s}

# %% even_kernels | M34 | a list
even_kernels = [(2, 2), (4, 2), (3, 3), (6, 3), (5, 1), (8, 4)]

# %% even_kernels | M04 | stride first
even_kernels = {(2, 2), (2, 4), (3, 3), (3, 6), (1, 5), (4, 8)}

# %% even_kernels | M105 | the common divisor is larger than 1
import math
even_kernels = {(k, s) for k, s in pairs if math.gcd(k, s) > 1}

# %% conv1d_backward | correct | slices over the batch
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    grad_x = torch.zeros_like(x)
    for t in range(k):
        grad_x[:, t : t + m] += weight[t] * grad_output
    grad_weight = torch.stack([(x[:, t : t + m] * grad_output).sum() for t in range(k)])
    return grad_x, grad_weight, grad_output.sum()

# %% conv1d_backward | correct | einsum over windows
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    grad_weight = torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1))
    wide = F.pad(grad_output, (k - 1, k - 1))
    return wide.unfold(1, k, 1) @ weight.flip(0), grad_weight, grad_output.sum().item()

# %% conv1d_backward | correct | loops, lists
def conv1d_backward(grad_output, x, weight):
    g, x, w = grad_output.tolist(), x.tolist(), weight.tolist()
    grad_x = [[0.0] * len(row) for row in x]
    grad_w, grad_b = [0.0] * len(w), 0.0
    for s in range(len(x)):
        for i in range(len(g[s])):
            grad_b += g[s][i]
            for t in range(len(w)):
                grad_x[s][i + t] += g[s][i] * w[t]
                grad_w[t] += g[s][i] * x[s][i + t]
    return [grad_x, grad_w, grad_b]

# %% conv1d_backward | correct | NumPy, traces of one product
def conv1d_backward(grad_output, x, weight):
    g, x, w = (np.array(a) for a in (grad_output, x, weight))
    P = g.T @ x
    T = sum(w[t] * np.eye(*P.shape, k=t, dtype=w.dtype) for t in range(len(w)))
    return g @ T, np.array([P.trace(offset=t) for t in range(len(w))]), g.sum()

# %% conv1d_backward | correct | signal by signal, with own helpers
def back_to_input(g, w):
    out = torch.zeros(len(g) + len(w) - 1, dtype=w.dtype)
    for i in range(len(g)):
        out[i : i + len(w)] += g[i] * w
    return out
def conv1d_backward(grad_output, x, weight):
    grad_x = torch.stack([back_to_input(g, weight) for g in grad_output])
    k = len(weight)
    grad_weight = sum(g[i] * row[i : i + k] for g, row in zip(grad_output, x) for i in range(len(g)))
    return grad_x, grad_weight, torch.sum(grad_output)

# %% conv1d_backward | correct | through an index matrix
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    place = torch.arange(m)[:, None] + torch.arange(k)
    grad_x = torch.zeros_like(x)
    pieces = (grad_output[:, :, None] * weight).reshape(len(x), m * k)
    grad_x.index_add_(1, place.flatten(), pieces)
    return grad_x, (grad_output[:, :, None] * x[:, place]).sum((0, 1)), grad_output.sum(dtype=x.dtype)

# %% conv1d_backward | M103 | averages over the batch
def conv1d_backward(grad_output, x, weight):
    k, N = len(weight), len(x)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    grad_weight = torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1))
    return wide, grad_weight / N, grad_output.sum() / N

# %% conv1d_backward | M103 | the mean for the bias
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), grad_output.mean()

# %% conv1d_backward | M104 | the first signal only
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, grad_output[0] @ x[0].unfold(0, k, 1), grad_output[0].sum()

# %% conv1d_backward | M104 | the last signal only
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, grad_output[-1] @ x[-1].unfold(0, k, 1), grad_output[-1].sum()

# %% conv1d_backward | M67 | a slope for every signal
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->bt", grad_output, x.unfold(1, k, 1)), grad_output.sum(1)

# %% conv1d_backward | M76 | the kernel is not turned round
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), grad_output.sum()

# %% conv1d_backward | M108 | the taps in the other order
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)).flip(0), grad_output.sum()

# %% conv1d_backward | M107 | weight before x
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), wide, grad_output.sum()

# %% conv1d_backward | M107 | a dict
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    grad_weight = torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1))
    return {"x": wide, "weight": grad_weight, "bias": grad_output.sum()}

# %% conv1d_backward | M107 | the bias forgotten
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1))

# %% conv1d_backward | M54 | the number of outputs for the bias
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), grad_output.numel()

# %% conv1d_backward | M54 | 1 for the bias
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), 1.0

# %% conv1d_backward | M109 | assigned instead of added
def conv1d_backward(grad_output, x, weight):
    k, grad_x = len(weight), torch.zeros_like(x)
    for i in range(grad_output.shape[1]):
        grad_x[:, i : i + k] = grad_output[:, i : i + 1] * weight
    return grad_x, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), grad_output.sum()

# %% conv1d_backward | M13 | a batch of two built in
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    grad_weight = sum(grad_output[s] @ x[s].unfold(0, k, 1) for s in range(2))
    return wide, grad_weight, grad_output[0].sum() + grad_output[1].sum()

# %% conv1d_backward | M16 | float32 always
def conv1d_backward(grad_output, x, weight):
    k, grad_output, x, weight = len(weight), grad_output.float(), x.float(), weight.float()
    wide = F.pad(grad_output, (k - 1, k - 1)).unfold(1, k, 1) @ weight.flip(0)
    return wide, torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1)), grad_output.sum()

# %% conv1d_backward | rule | autograd
def conv1d_backward(grad_output, x, weight):
    x, weight = x.clone().requires_grad_(), weight.clone().requires_grad_()
    y = x.unfold(1, len(weight), 1) @ weight
    y.backward(grad_output)
    return x.grad, weight.grad, grad_output.sum()

# %% conv1d_backward | rule | the test's own helper
def conv1d_backward(grad_output, x, weight):
    return autograd_of_pytorch(grad_output, x, weight)

# %% conv1d_backward | rule | the kit's stand-in
from convkit.learning import _by_pytorch
def conv1d_backward(grad_output, x, weight):
    return _by_pytorch(grad_output, x, weight)

# %% dot_test | correct | torch.vdot after ravel, max trick
def dot_test(x, y, Tx, Sy):
    a, b, c, d = [torch.ravel(torch.as_tensor(v)).to(torch.float64) for v in (Tx, y, x, Sy)]
    bottom = torch.sqrt(a.dot(a)) * torch.sqrt(b.dot(b))
    return torch.abs(a.dot(b) - c.dot(d)) / bottom if bottom > 0 else torch.tensor(0.0)

# %% dot_test | correct | math.hypot and math.fsum on lists
import math
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (np.array(v, dtype=float).ravel().tolist() for v in (x, y, Tx, Sy))
    size = math.hypot(*Tx) * math.hypot(*y)
    gap = math.fsum(p * q for p, q in zip(Tx, y)) - math.fsum(p * q for p, q in zip(x, Sy))
    return abs(gap) / size if size else 0.0

# %% input_gradient | correct | sums along antidiagonals of an outer product, NumPy
def input_gradient(grad_output, weight):
    outer = np.outer(np.array(weight), np.array(grad_output))[::-1]
    k, m = outer.shape
    return np.array([outer.trace(j) for j in range(-k + 1, m)])

# %% input_gradient | correct | a list of padded copies, added
def input_gradient(grad_output, weight):
    k = len(weight)
    return sum(F.pad(grad_output * weight[t], (t, k - 1 - t)) for t in range(k))

# %% weight_gradient | correct | a Hankel index, matrix product in NumPy
def weight_gradient(x, grad_output):
    a, g = np.array(x), np.array(grad_output)
    return g @ a[np.add.outer(np.arange(len(g)), np.arange(len(a) - len(g) + 1))]

# %% weight_gradient | correct | torch.dot in a comprehension, a tuple
def weight_gradient(x, grad_output):
    m = grad_output.numel()
    return tuple(torch.dot(x[t : t + m].contiguous(), grad_output).item() for t in range(x.numel() - m + 1))

# %% conv_transpose_1d | correct | outer product scattered by np.add.at
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    a, w = np.array(y), np.array(weight)
    ink = np.zeros((len(a) - 1) * stride + len(w) + output_padding, dtype=w.dtype)
    np.add.at(ink, np.arange(len(a))[:, None] * stride + np.arange(len(w)), np.outer(a, w))
    return ink[padding : ink.size - padding]

# %% conv_transpose_1d | correct | gathered: every output looks for its taps
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    out = []
    for j in range(padding, (n - 1) * stride + k + output_padding - padding):
        total = torch.zeros((), dtype=y.dtype)
        for i in range(n):
            if 0 <= j - i * stride < k:
                total = total + y[i] * weight[j - i * stride]
        out.append(total)
    return torch.stack(out)

# %% checkerboard | correct | a matrix of comparisons, summed
def checkerboard(n, k, stride):
    gap = torch.arange((n - 1) * stride + k)[None] - stride * torch.arange(n)[:, None]
    return ((gap >= 0) & (gap < k)).sum(0)

# %% checkerboard | correct | collections.Counter
from collections import Counter
def checkerboard(n, k, stride):
    hits = Counter(i * stride + t for i in range(n) for t in range(k))
    return [hits[j] for j in range((n - 1) * stride + k)]

# %% even_kernels | correct | filter over the list
even_kernels = set(filter(lambda pair: pair[0] % pair[1] == 0, pairs))

# %% even_kernels | correct | a frozenset of a difference
even_kernels = frozenset(pairs) - {(3, 2), (5, 2), (2, 3), (4, 3), (6, 4)}

# %% conv1d_backward | correct | flatten the batch with zeros between
def conv1d_backward(grad_output, x, weight):
    g, a, w = (np.array(v) for v in (grad_output, x, weight))
    m, k = g.shape[1], len(w)
    back = sum(np.pad(w[t] * g, ((0, 0), (t, k - 1 - t))) for t in range(k))
    return back, np.array([np.vdot(a[:, t : t + m], g) for t in range(k)]), np.sum(g)

# %% conv1d_backward | correct | a banded matrix of its own, tensordot, a list
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    T = torch.zeros(m, m + k - 1, dtype=weight.dtype)
    for t in range(k):
        T.diagonal(t)[:] = weight[t]
    outer = torch.tensordot(grad_output, x, ([0], [0]))
    return [grad_output @ T, torch.stack([outer.diagonal(t)[:m].sum() for t in range(k)]), grad_output.sum()]
