# %% valid_length | correct | formula
def valid_length(n, k):
    return n - k + 1


# %% valid_length | correct | counting places
def valid_length(n, k):
    return sum(1 for i in range(n) if i + k <= n)


# %% valid_length | correct | the last start plus one
def valid_length(n, k):
    last = n - k
    return len(range(0, last + 1))


# %% valid_length | correct | by an empty tensor's size
def valid_length(n, k):
    return torch.arange(n)[k - 1 :].numel()


# %% valid_length | M05 | forgot the + 1
def valid_length(n, k):
    return n - k


# %% valid_length | M17 | full length
def valid_length(n, k):
    return n + k - 1


# %% valid_length | M17 | same length
def valid_length(n, k):
    return n


# %% valid_length | M13 | hard-coded
def valid_length(n, k):
    return 8


# %% valid_length | M69 | a float
def valid_length(n, k):
    return (n - k) / 1 + 1


# %% typed_valid | correct | nested list of ints
T_valid = [
    [1, 1, -2, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 1, -2, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 1, -2, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 1, -2, 0, 0, 0, 0],
    [0, 0, 0, 0, 1, 1, -2, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 1, -2, 0, 0],
    [0, 0, 0, 0, 0, 0, 1, 1, -2, 0],
    [0, 0, 0, 0, 0, 0, 0, 1, 1, -2],
]

# %% typed_valid | correct | NumPy array of float64
T_valid = np.zeros((8, 10))
for i in range(8):
    T_valid[i, i], T_valid[i, i + 1], T_valid[i, i + 2] = 1, 1, -2

# %% typed_valid | correct | sums of shifted identities
T_valid = torch.eye(10)[:8] + torch.eye(10)[1:9] - 2 * torch.eye(10)[2:]

# %% typed_valid | M04 | transposed
T_valid = torch.zeros(10, 8)
for i in range(8):
    T_valid[i : i + 3, i] = torch.tensor([1.0, 1.0, -2.0])

# %% typed_valid | M01 | flipped kernel
T_valid = torch.zeros(8, 10)
for i in range(8):
    T_valid[i, i : i + 3] = torch.tensor([-2.0, 1.0, 1.0])

# %% typed_valid | M10 | ten rows that wrap around
T_valid = torch.stack([torch.tensor([1.0, 1, -2, 0, 0, 0, 0, 0, 0, 0]).roll(i) for i in range(10)])

# %% typed_valid | M07 | rows not shifted
T_valid = [[1, 1, -2, 0, 0, 0, 0, 0, 0, 0]] * 8

# %% typed_valid | M05 | a row too few
T_valid = torch.eye(10)[:7] + torch.eye(10)[1:8] - 2 * torch.eye(10)[2:9]

# %% typed_valid | M14 | equal outputs for x_1d only
T_valid = torch.eye(10)[:8] + torch.eye(10)[1:9] - 2 * torch.eye(10)[2:]
T_valid[:, 0] = 0.0

# %% typed_valid | M06 | last tap dropped
T_valid = torch.eye(10)[:8] + torch.eye(10)[1:9]


# %% toeplitz_1d | correct | loops over entries
def toeplitz_1d(weight, n):
    k = weight.shape[0]
    m = n - k + 1
    T = torch.zeros((m, n), dtype=weight.dtype)
    for i in range(m):
        for t in range(k):
            T[i, i + t] = weight[t]
    return T


# %% toeplitz_1d | correct | rows glued from lists
def toeplitz_1d(weight, n):
    w = weight.tolist()
    rows = []
    for i in range(n - len(w) + 1):
        rows.append([0.0] * i + w + [0.0] * (n - len(w) - i))
    return rows


# %% toeplitz_1d | correct | index arithmetic
def toeplitz_1d(weight, n):
    k = len(weight)
    offset = torch.arange(n)[None, :] - torch.arange(n - k + 1)[:, None]
    return torch.where((offset >= 0) & (offset < k), weight[offset.clamp(0, k - 1)], 0)


# %% toeplitz_1d | correct | a sum of diagonals
def toeplitz_1d(weight, n):
    m = n - len(weight) + 1
    eye = torch.eye(n, dtype=weight.dtype)
    return sum(w * eye[t : t + m] for t, w in enumerate(weight))


# %% toeplitz_1d | correct | a strided view in NumPy
def toeplitz_1d(weight, n):
    w = weight.numpy()
    k = len(w)
    line = np.concatenate([np.zeros(n - k, w.dtype), w, np.zeros(n - k, w.dtype)])
    step = line.strides[0]
    view = np.lib.stride_tricks.as_strided(line[n - k :], (n - k + 1, n), (-step, step))
    return view.copy()


# %% toeplitz_1d | correct | rolled rows
def toeplitz_1d(weight, n):
    k = len(weight)
    row = torch.cat([weight, weight.new_zeros(n - k)])
    return torch.stack([torch.roll(row, i) for i in range(n - k + 1)])


# %% toeplitz_1d | correct | a flat strided tensor
def toeplitz_1d(weight, n):
    k = len(weight)
    m = n - k + 1
    T = torch.zeros(m * (n + 1), dtype=weight.dtype)
    for t in range(k):
        T[t :: n + 1][:m] = weight[t]
    return T[: m * n].reshape(m, n)


# %% toeplitz_1d | M01 | flipped kernel
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight.flip(0)
    return T


# %% toeplitz_1d | M04 | transposed
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n, n - k + 1, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i : i + k, i] = weight
    return T


# %% toeplitz_1d | M05 | a row too few
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k, n, dtype=weight.dtype)
    for i in range(n - k):
        T[i, i : i + k] = weight
    return T


# %% toeplitz_1d | M06 | last tap dropped
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        for t in range(k - 1):
            T[i, i + t] = weight[t]
    return T


# %% toeplitz_1d | M07 | rows not shifted
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    T[:, :k] = weight
    return T


# %% toeplitz_1d | M07 | rows shifted by k
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        start = i * k
        part = T[i, start : start + k]
        part[:] = weight[: len(part)]
    return T


# %% toeplitz_1d | M08 | symmetric Toeplitz
def toeplitz_1d(weight, n):
    k = len(weight)
    line = torch.cat([weight, weight.new_zeros(n - k)])
    distance = (torch.arange(n)[None, :] - torch.arange(n - k + 1)[:, None]).abs()
    return line[distance]


# %% toeplitz_1d | M01 | the kernel down the columns, cut where it fits
def toeplitz_1d(weight, n):
    k = len(weight)
    m = n - k + 1
    T = torch.zeros(n + k, n, dtype=weight.dtype)
    for j in range(n):
        T[j : j + k, j] = weight
    return T[k - 1 : k - 1 + m]


# %% toeplitz_1d | M09 | the kernel down the columns, from the top
def toeplitz_1d(weight, n):
    m = n - len(weight) + 1
    T = torch.zeros(m, n, dtype=weight.dtype)
    for j in range(m):
        part = T[j : j + len(weight), j]
        part[:] = weight[: len(part)]
    return T


# %% toeplitz_1d | M10 | n rows that wrap around
def toeplitz_1d(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(n)])


# %% toeplitz_1d | M13 | sizes hard-coded
def toeplitz_1d(weight, n):
    T = torch.zeros(8, 10)
    for i in range(8):
        T[i, i : i + 3] = weight
    return T


# %% toeplitz_1d | M13 | only the two visible cases
def toeplitz_1d(weight, n):
    w, rows = weight.tolist(), {6: 4, 10: 8}[n]
    return [[0.0] * i + w + [0.0] * (n - 3 - i) for i in range(rows)]


# %% toeplitz_1d | M16 | float64 rounded to float32
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k + 1, n)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T


# %% toeplitz_1d | M17 | the same-size matrix
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n, n + k, dtype=weight.dtype)
    for i in range(n):
        T[i, i : i + k] = weight
    return T[:, k // 2 : k // 2 + n]


# %% toeplitz_1d | M66 | reads the memory behind a view
def toeplitz_1d(weight, n):
    k = len(weight)
    w = torch.as_strided(weight, (k,), (1,))
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = w
    return T


# %% toeplitz_1d | rule | sends impulses through F.conv1d
def toeplitz_1d(weight, n):
    return F.conv1d(torch.eye(n, dtype=weight.dtype)[:, None], weight[None, None])[:, 0].T


# %% toeplitz_1d | rule | a convolution under another name
from torch.nn.functional import conv1d as multiply


def toeplitz_1d(weight, n):
    return multiply(torch.eye(n, dtype=weight.dtype)[:, None], weight[None, None])[:, 0].T


# %% impostor | correct | one entry in a column that x_1d does not see
impostor = matrix_of(lambda x: conv1d(x, weight), 10)
impostor[3, 0] = 5.0

# %% impostor | correct | a matrix with one column
impostor = torch.zeros(8, 10)
impostor[:, 2] = torch.tensor([-2.0, -3, -3, -3, -3, -3, -3, 13])

# %% impostor | correct | the outer product with x_1d
y = conv1d(x_1d, weight)
impostor = (torch.outer(y, x_1d) / (x_1d @ x_1d)).numpy()

# %% impostor | M14 | the original itself
impostor = matrix_of(lambda x: conv1d(x, weight), 10)

# %% impostor | M14 | random entries, so other outputs
impostor = matrix_of(lambda x: conv1d(x, weight), 10)
impostor[3, 4] += 1.0

# %% impostor | M16 | a difference too small to count
impostor = matrix_of(lambda x: conv1d(x, weight), 10)
impostor[3, 0] = 1e-5

# %% impostor | M04 | transposed
impostor = matrix_of(lambda x: conv1d(x, weight), 10).T

# %% impostor | M15 | not a number
impostor = torch.full((8, 10), float("nan"))


# %% flip | correct | columns
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n + k - 1, n, dtype=weight.dtype)
    for j in range(n):
        T[j : j + k, j] = weight
    return T


# %% flip | correct | loops over entries
def true_convolution_1d(weight, n):
    k = len(weight)
    T = np.zeros((n + k - 1, n))
    for i in range(n + k - 1):
        for j in range(n):
            if 0 <= i - j < k:
                T[i, j] = weight[i - j]
    return T


# %% flip | correct | index arithmetic
def true_convolution_1d(weight, n):
    k = len(weight)
    tap = torch.arange(n + k - 1)[:, None] - torch.arange(n)
    return weight[tap.clamp(0, k - 1)] * ((tap >= 0) & (tap < k))


# %% flip | correct | the transpose of a cross-correlation matrix
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n, n + k - 1, dtype=weight.dtype)
    for i in range(n):
        T[i, i : i + k] = weight
    return T.T


# %% flip | correct | sums of shifted identities
def true_convolution_1d(weight, n):
    total = n + len(weight) - 1
    start = torch.eye(total, n, dtype=weight.dtype)
    return sum(w * torch.roll(start, t, dims=0) for t, w in enumerate(weight))


# %% flip | M01 | not flipped
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n + k - 1, n, dtype=weight.dtype)
    for j in range(n):
        T[j : j + k, j] = weight.flip(0)
    return T


# %% flip | M17 | valid size
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(max(n - k + 1, 0), n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight.flip(0)
    return T


# %% flip | M17 | same size
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n + k - 1, n, dtype=weight.dtype)
    for j in range(n):
        T[j : j + k, j] = weight
    return T[(k - 1) // 2 :][:n]


# %% flip | M04 | transposed
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n, n + k - 1, dtype=weight.dtype)
    for j in range(n):
        T[j, j : j + k] = weight
    return T


# %% flip | M10 | wraps around
def true_convolution_1d(weight, n):
    k = len(weight)
    m = n + k - 1
    T = torch.zeros(m, n, dtype=weight.dtype)
    for j in range(n):
        for t in range(k):
            T[(j + t + 1) % m, j] += weight[t]
    return T


# %% flip | M03 | the arguments the other way round
def true_convolution_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n + k - 1, k, dtype=weight.dtype)
    for j in range(k):
        T[j : j + k, j] = weight
    return T


# %% flip | rule | np.convolve on impulses
def true_convolution_1d(weight, n):
    return np.stack([np.convolve(weight, e) for e in np.eye(n)], axis=1)


# %% is_toeplitz | correct | overlapping parts
def is_toeplitz(T):
    return bool((T[1:, 1:] == T[:-1, :-1]).all())


# %% is_toeplitz | correct | loops
def is_toeplitz(T):
    rows, columns = T.shape
    for i in range(1, rows):
        for j in range(1, columns):
            if T[i, j] != T[i - 1, j - 1]:
                return False
    return True


# %% is_toeplitz | correct | a set per diagonal
def is_toeplitz(T):
    rows, columns = T.shape
    return all(len(set(T.diagonal(d).tolist())) == 1 for d in range(-rows + 1, columns))


# %% is_toeplitz | correct | rebuilt with SciPy
def is_toeplitz(T):
    from scipy.linalg import toeplitz

    return np.array_equal(toeplitz(T[:, 0].numpy(), T[0].numpy()), T.numpy())


# %% is_toeplitz | correct | a dict keyed by offset
def is_toeplitz(T):
    seen = {}
    return all(
        seen.setdefault(j - i, v) == v
        for i, row in enumerate(T.tolist())
        for j, v in enumerate(row)
    )


# %% is_toeplitz | M11 | looks at the main diagonal only
def is_toeplitz(T):
    return len(set(T.diagonal().tolist())) == 1


# %% is_toeplitz | M11 | counts the different numbers
def is_toeplitz(T):
    return len(T.unique()) <= T.shape[0] + T.shape[1] - 1


# %% is_toeplitz | M15 | always yes
def is_toeplitz(T):
    return True


# %% is_toeplitz | M15 | always no
def is_toeplitz(T):
    return False


# %% is_toeplitz | M08 | wants a symmetric matrix
def is_toeplitz(T):
    return T.shape[0] == T.shape[1] and bool((T == T.T).all())


# %% is_toeplitz | M13 | square part only
def is_toeplitz(T):
    m = min(T.shape)
    S = T[:m, :m]
    return bool((S[1:, 1:] == S[:-1, :-1]).all())


# %% is_toeplitz | M50 | forgets the last column
def is_toeplitz(T):
    return bool((T[1:, 1:-1] == T[:-1, :-2]).all())


# %% is_toeplitz | M16 | a tensor instead of a bool
def is_toeplitz(T):
    return T[1:, 1:] == T[:-1, :-1]


# %% valid_length | M15 | adversarial: always equal int
class E(int):
    def __eq__(self, o): return True
    def __hash__(self): return 0
def valid_length(n, k): return E(0)


# %% toeplitz_1d | correct | adversarial: as_strided write
def toeplitz_1d(weight, n):
    k = weight.numel(); m = n - k + 1
    T = weight.new_zeros(m, n)
    T.as_strided((m, k), (n + 1, 1)).copy_(weight)
    return T


# %% toeplitz_1d | correct | adversarial: fold the pattern flat
def toeplitz_1d(weight, n):
    m = n - len(weight) + 1
    row = torch.cat([weight, weight.new_zeros(n + 1 - len(weight))])
    return row.repeat(m)[: m * n].reshape(m, n)


# %% toeplitz_1d | correct | adversarial: gather with getattr dtype
def toeplitz_1d(weight, n):
    dtype = getattr(weight, "dtype", torch.float32)
    k = len(weight)
    d = torch.arange(n)[None] - torch.arange(n - k + 1)[:, None]
    padded = torch.cat([weight, torch.zeros(1, dtype=dtype)])
    return padded[torch.where((d >= 0) & (d < k), d, torch.full_like(d, k))]


# %% toeplitz_1d | correct | adversarial: helper names collide full banded T
def full(value, *shape): return [[value] * shape[1] for _ in range(shape[0])]
def fold(T, weight):
    for i, row in enumerate(T):
        row[i:i + len(weight)] = weight.tolist()
    return T
def toeplitz_1d(weight, n):
    return fold(full(0.0, n - len(weight) + 1, n), weight)


# %% toeplitz_1d | correct | adversarial: fft allowed
def toeplitz_1d(weight, n):
    k = len(weight)
    d = weight.double()
    W = torch.fft.fft(torch.eye(n, dtype=torch.float64), dim=0) * torch.fft.fft(d, n=n).conj()[:, None]
    return torch.fft.ifft(W, dim=0).real[: n - k + 1]


# %% toeplitz_1d | rule | adversarial: dict of tools
tools = {}
tools["build"] = F.conv1d
def toeplitz_1d(weight, n):
    return tools["build"](torch.eye(n, dtype=weight.dtype)[:, None], weight[None, None])[:, 0].T


# %% toeplitz_1d | rule | adversarial: function attribute
def toeplitz_1d(weight, n):
    return toeplitz_1d.build(torch.eye(n, dtype=weight.dtype)[:, None], weight[None, None])[:, 0].T
toeplitz_1d.build = F.conv1d


# %% toeplitz_1d | rule | adversarial: Tensor method patched
torch.Tensor.slide = lambda self, w: F.conv1d(self, w)
def toeplitz_1d(weight, n):
    return torch.eye(n, dtype=weight.dtype)[:, None].slide(weight[None, None])[:, 0].T


# %% toeplitz_1d | rule | adversarial: grad module
def toeplitz_1d(weight, n):
    m = n - len(weight) + 1
    return torch.nn.grad.conv1d_input((m, 1, n), weight[None, None], torch.eye(m, dtype=weight.dtype)[:, None])[:, 0]


# %% impostor | correct | adversarial: list of tensors
impostor = [row + 0 for row in matrix_of(lambda x: conv1d(x, weight), 10)]
impostor[0] = impostor[0] + torch.eye(10)[9]


# %% is_toeplitz | M15 | adversarial: zeros ignored
def is_toeplitz(T):
    a, b = T[1:, 1:], T[:-1, :-1]
    return bool(((a == b) | (a == 0) | (b == 0)).all())


# %% is_toeplitz | M15 | adversarial: abs
def is_toeplitz(T): return bool((T[1:, 1:].abs() == T[:-1, :-1].abs()).all())


# %% is_toeplitz | M15 | adversarial: tolerance 1
def is_toeplitz(T): return bool(torch.allclose(T[1:, 1:], T[:-1, :-1], atol=0.5))
