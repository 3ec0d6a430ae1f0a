# %% padded_length | correct | formula
def padded_length(n, k, padding):
    return n + 2 * padding - k + 1

# %% padded_length | correct | the length of a longer list
def padded_length(n, k, padding):
    longer = [0] * padding + [1] * n + [0] * padding
    return len(longer[k - 1 :])

# %% padded_length | correct | counting places
def padded_length(n, k, padding):
    return sum(1 for start in range(-padding, n + padding) if start + k <= n + padding)

# %% padded_length | correct | asking PyTorch
def padded_length(n, k, padding):
    return conv1d(torch.zeros(n), torch.ones(k), padding).shape[0]

# %% padded_length | correct | a NumPy integer
def padded_length(n, k, padding):
    return np.int64(n) + np.int64(2 * padding) - k + 1

# %% padded_length | M19 | padding in total, not per side
def padded_length(n, k, padding):
    return n + padding - k + 1

# %% padded_length | M05 | forgot the + 1
def padded_length(n, k, padding):
    return n + 2 * padding - k

# %% padded_length | M05 | one too many
def padded_length(n, k, padding):
    return n + 2 * padding - k + 2

# %% padded_length | M17 | always as many outputs as inputs
def padded_length(n, k, padding):
    return n

# %% padded_length | M17 | the full length
def padded_length(n, k, padding):
    return n + k - 1

# %% padded_length | M17 | the valid length
def padded_length(n, k, padding):
    return n - k + 1

# %% padded_length | M17 | the length of the padded signal
def padded_length(n, k, padding):
    return n + 2 * padding

# %% padded_length | M18 | takes the padding from k
def padded_length(n, k, padding):
    return n + 2 * (k // 2) - k + 1

# %% padded_length | M18 | believes that padding k // 2 keeps the length
def padded_length(n, k, padding):
    return n + 2 * (padding - k // 2)

# %% padded_length | M30 | caps the padding at k - 1
def padded_length(n, k, padding):
    return n + 2 * min(padding, k - 1) - k + 1

# %% padded_length | M30 | no outputs when k > n
def padded_length(n, k, padding):
    return 0 if k > n else n + 2 * padding - k + 1

# %% padded_length | M13 | only the visible cases
def padded_length(n, k, padding):
    return {6: 6, 10: 12}[n]

# %% padded_length | M13 | kernel length 3 built in
def padded_length(n, k, padding):
    return n + 2 * padding - 2

# %% padded_length | M69 | a float
def padded_length(n, k, padding):
    return (n + 2 * padding - k) / 1 + 1

# %% padded_length | M15 | prints instead of returning
def padded_length(n, k, padding):
    print(n + 2 * padding - k + 1)

# %% typed_padded | correct | nested list of ints
T_padded = [
    [1, -2, 0, 0, 0, 0, 0, 0, 0, 0],
    [1, 1, -2, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 1, -2, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 1, -2, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 1, -2, 0, 0, 0, 0],
    [0, 0, 0, 0, 1, 1, -2, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 1, -2, 0, 0],
    [0, 0, 0, 0, 0, 0, 1, 1, -2, 0],
    [0, 0, 0, 0, 0, 0, 0, 1, 1, -2],
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
]

# %% typed_padded | correct | three diagonals in NumPy
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)

# %% typed_padded | correct | a list of tensors
T_padded = [torch.eye(10)[i] for i in range(10)]
T_padded = [
    row + (T_padded[i - 1] if i > 0 else 0) - 2 * (T_padded[i + 1] if i < 9 else 0)
    for i, row in enumerate(T_padded)
]

# %% typed_padded | correct | an integer tensor
T_padded = torch.eye(10, dtype=torch.int64)
for i in range(9):
    T_padded[i, i + 1] = -2
    T_padded[i + 1, i] = 1

# %% typed_padded | correct | needs a gradient
T_padded = torch.tensor(np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1), requires_grad=True)

# %% typed_padded | M21 | the corners keep the wrong taps
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[0, :2] = [1, 1]
T_padded[9, 8:] = [1, -2]

# %% typed_padded | M22 | row 0 holds the whole kernel
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[0, :3] = [1, 1, -2]

# %% typed_padded | M22 | the last row holds the whole kernel
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[9, 7:] = [1, 1, -2]

# %% typed_padded | M23 | circular corners
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[0, 9], T_padded[9, 0] = 1, -2

# %% typed_padded | M23 | one circular corner
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[9, 0] = -2

# %% typed_padded | M24 | reflected
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[0, 1], T_padded[9, 8] = -1, -1

# %% typed_padded | M24 | replicated
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[0, 0], T_padded[9, 9] = 2, -1

# %% typed_padded | M31 | twelve columns
T_padded = np.eye(10, 12) + np.eye(10, 12, k=1) - 2 * np.eye(10, 12, k=2)

# %% typed_padded | M17 | the valid matrix
T_padded = np.eye(8, 10) + np.eye(8, 10, k=1) - 2 * np.eye(8, 10, k=2)

# %% typed_padded | M17 | the full matrix
T_padded = np.eye(12, 10, k=-2) + np.eye(12, 10, k=-1) - 2 * np.eye(12, 10)

# %% typed_padded | M20 | the full matrix cropped at the wrong end
T_padded = (-2 * np.eye(12, 10) + np.eye(12, 10, k=-1) + np.eye(12, 10, k=-2))[:10]

# %% typed_padded | M20 | cropped at the other wrong end
T_padded = (-2 * np.eye(12, 10) + np.eye(12, 10, k=-1) + np.eye(12, 10, k=-2))[2:]

# %% typed_padded | M01 | flipped
T_padded = -2 * np.eye(10, k=-1) + np.eye(10) + np.eye(10, k=1)

# %% typed_padded | M01 | transposed, which flips the kernel here
T_padded = (np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)).T

# %% typed_padded | M22 | the valid matrix between two rows of zeros
T_padded = np.zeros((10, 10))
T_padded[1:9] = np.eye(8, 10) + np.eye(8, 10, k=1) - 2 * np.eye(8, 10, k=2)

# %% typed_padded | M06 | the last tap missing
T_padded = np.eye(10, k=-1) + np.eye(10)

# %% typed_padded | M06 | the last tap missing in one row
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[5, 6] = 0

# %% typed_padded | M07 | all rows like the first
T_padded = [[1, -2] + [0] * 8] * 10

# %% typed_padded | M05 | a row too few
T_padded = (np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1))[:9]

# %% typed_padded | M14 | right outputs for x_1d, wrong last column
T_padded = np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)
T_padded[:, 9] = 0

# %% typed_padded | M15 | one row that would be broadcast
T_padded = torch.tensor([[1.0, 1.0, -2.0, 0, 0, 0, 0, 0, 0, 0]])

# %% typed_padded | M05 | a ragged row
T_padded = [[1, -2] + [0] * 8] + [[0] * i + [1, 1, -2] + [0] * (7 - i) for i in range(8)] + [[0] * 7 + [1, 1]]

# %% toeplitz_1d_padded | correct | loops over entries
def toeplitz_1d_padded(weight, n, padding):
    k = weight.shape[0]
    T = torch.zeros((n + 2 * padding - k + 1, n), dtype=weight.dtype)
    for i in range(T.shape[0]):
        for j in range(n):
            t = j - i + padding
            if 0 <= t < k:
                T[i, j] = weight[t]
    return T

# %% toeplitz_1d_padded | correct | the longer valid matrix, columns cut off
def toeplitz_1d_padded(weight, n, padding):
    k, longer = len(weight), n + 2 * padding
    V = torch.zeros(longer - k + 1, longer, dtype=weight.dtype)
    for i in range(longer - k + 1):
        V[i, i : i + k] = weight
    return V[:, padding : padding + n]

# %% toeplitz_1d_padded | correct | the valid matrix times a padding matrix by F.pad
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    P = F.pad(torch.eye(n, dtype=weight.dtype), (0, 0, padding, padding))
    m = n + 2 * padding - k + 1
    return sum(weight[t] * P[t : t + m] for t in range(k))

# %% toeplitz_1d_padded | correct | index arithmetic
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    tap = torch.arange(n) - torch.arange(n + 2 * padding - k + 1)[:, None] + padding
    return torch.where((tap >= 0) & (tap < k), weight[tap.clamp(0, k - 1)], torch.zeros((), dtype=weight.dtype))

# %% toeplitz_1d_padded | correct | NumPy diagonals
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | correct | nested lists
def toeplitz_1d_padded(weight, n, padding):
    w = weight.tolist()
    rows = []
    for i in range(n + 2 * padding - len(w) + 1):
        row = [0.0] * i + w + [0.0] * (n + 2 * padding - len(w) - i)
        rows.append(row[padding : padding + n])
    return rows

# %% toeplitz_1d_padded | correct | slices clipped at both ends
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = weight.new_zeros(n + 2 * padding - k + 1, n)
    for i, row in enumerate(T):
        start = i - padding
        low, high = max(start, 0), min(start + k, n)
        if low < high:
            row[low:high] = weight[low - start : high - start]
    return T

# %% toeplitz_1d_padded | correct | a strided view
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    longer = n + 2 * padding
    line = torch.cat([weight.new_zeros(longer), weight, weight.new_zeros(longer)])
    m = longer - k + 1
    V = torch.as_strided(line, (m, longer), (1, 1), longer - m + 1)
    return V.flip(0)[:, padding : padding + n]

# %% toeplitz_1d_padded | correct | columns, the kernel upside down
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    m = n + 2 * padding - k + 1
    T = torch.zeros(m, n, dtype=weight.dtype)
    for j in range(n):
        for t in range(k):
            i = j + padding - t
            if i >= 0 and i < m:
                T[i, j] = weight[t]
    return T

# %% toeplitz_1d_padded | correct | a padding matrix between, in NumPy
def toeplitz_1d_padded(weight, n, padding):
    w = np.asarray(weight)
    N, k = n + 2 * padding, len(w)
    V = np.zeros((N - k + 1, N), dtype=w.dtype)
    rows = np.arange(N - k + 1)
    for t in range(k):
        V[rows, rows + t] = w[t]
    return V @ np.eye(N, n, k=-padding, dtype=w.dtype)

# %% toeplitz_1d_padded | correct | impulses through a convolution of its own
def toeplitz_1d_padded(weight, n, padding):
    columns = []
    for impulse in torch.eye(n, dtype=weight.dtype):
        longer = F.pad(impulse, (padding, padding))
        columns.append(torch.stack([longer[i : i + len(weight)] @ weight for i in range(len(longer) - len(weight) + 1)]))
    return torch.stack(columns, dim=1)

# %% toeplitz_1d_padded | correct | a helper, and an input that it spoils afterwards
def place(row, start, w):
    for t, tap in enumerate(w):
        if 0 <= start + t < len(row):
            row[start + t] = tap
def toeplitz_1d_padded(weight, n, padding):
    T = torch.zeros(n + 2 * padding - len(weight) + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        place(T[i], i - padding, weight.tolist())
    weight.zero_()
    return T

# %% toeplitz_1d_padded | M01 | flipped kernel
def toeplitz_1d_padded(weight, n, padding):
    w = weight.flip(0).numpy()
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M04 | transposed
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w))).T

# %% toeplitz_1d_padded | M05 | a row too few
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 * padding - len(w)
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M06 | last tap dropped
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w) - 1))

# %% toeplitz_1d_padded | M23 | circular, of any padding
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        for t in range(k):
            T[i, (i + t - padding) % n] += weight[t]
    return T

# %% toeplitz_1d_padded | M10 | rolled rows, from column 0 on
def toeplitz_1d_padded(weight, n, padding):
    row = F.pad(weight, (0, n - len(weight)))
    return torch.stack([row.roll(i) for i in range(n + 2 * padding - len(weight) + 1)])

# %% toeplitz_1d_padded | M09 | the kernel down the columns, from the top
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for j in range(n):
        part = T[j : j + k, j]
        part[:] = weight[: len(part)]
    return T

# %% toeplitz_1d_padded | M23 | a negative column counts from the end
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        for t in range(k):
            j = i + t - padding
            if -n <= j < n:
                T[i, j] = weight[t]
    return T

# %% toeplitz_1d_padded | M23 | tests only the lower end, drops errors
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        for t in range(k):
            try:
                T[i, i + t - padding] = weight[t]
            except IndexError:
                pass
    return T

# %% toeplitz_1d_padded | M24 | replicate
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        for t in range(k):
            T[i, min(max(i + t - padding, 0), n - 1)] += weight[t]
    return T

# %% toeplitz_1d_padded | M24 | reflect
def toeplitz_1d_padded(weight, n, padding):
    P = F.pad(torch.eye(n, dtype=weight.dtype)[None], (padding, padding), mode="reflect")[0].T
    m = n + 2 * padding - len(weight) + 1
    return sum(w * P[t : t + m] for t, w in enumerate(weight))

# %% toeplitz_1d_padded | M21 | corners keep the first taps
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        start = i - padding
        low, high = max(start, 0), min(start + k, n)
        if low < high:
            T[i, low:high] = weight[: high - low]
    return T

# %% toeplitz_1d_padded | M21 | first taps above, last taps below
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        start = i - padding
        low, high = max(start, 0), min(start + k, n)
        if low < high:
            T[i, low:high] = weight[: high - low] if start < 0 else weight[k - high + low :]
    return T

# %% toeplitz_1d_padded | M22 | the kernel moves in to fit
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(len(T)):
        start = min(max(i - padding, 0), n - k)
        T[i, start : start + k] = weight
    return T

# %% toeplitz_1d_padded | M22 | rows that hang over are left zero
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i + padding, i : i + k] = weight
    return T

# %% toeplitz_1d_padded | M31 | acts on the padded signal
def toeplitz_1d_padded(weight, n, padding):
    k, longer = len(weight), n + 2 * padding
    T = torch.zeros(longer - k + 1, longer, dtype=weight.dtype)
    for i in range(longer - k + 1):
        T[i, i : i + k] = weight
    return T

# %% toeplitz_1d_padded | M22 | F.pad of the valid matrix
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    V = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        V[i, i : i + k] = weight
    return F.pad(V, (0, 0, padding, padding))

# %% toeplitz_1d_padded | M25 | F.pad at the wrong axis
def toeplitz_1d_padded(weight, n, padding):
    P = F.pad(torch.eye(n, dtype=weight.dtype), (padding, padding, 0, 0))
    m = n + 2 * padding - len(weight) + 1
    return sum(w * P[t : t + m] for t, w in enumerate(weight))

# %% toeplitz_1d_padded | M25 | F.pad at the wrong axis of the valid matrix
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    V = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        V[i, i : i + k] = weight
    return F.pad(V, (padding, padding))

# %% toeplitz_1d_padded | M28 | F.pad at both axes
def toeplitz_1d_padded(weight, n, padding):
    P = F.pad(torch.eye(n, dtype=weight.dtype), (padding,) * 4)
    m = n + 2 * padding - len(weight) + 1
    return sum(w * P[t : t + m] for t, w in enumerate(weight))

# %% toeplitz_1d_padded | M17 | the valid matrix
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    return sum(w[t] * np.eye(n - len(w) + 1, n, k=t) for t in range(len(w)))

# %% toeplitz_1d_padded | M17 | always the full matrix
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    k = len(w)
    return sum(w[t] * np.eye(n + k - 1, n, k=t - k + 1) for t in range(k))

# %% toeplitz_1d_padded | M17 | always the same size
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    return sum(w[t] * np.eye(n, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M18 | the kernel centred by k // 2, not by the padding
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    k = len(w)
    m = n + 2 * padding - k + 1
    return sum(w[t] * np.eye(m, n, k=t - k // 2) for t in range(k))

# %% toeplitz_1d_padded | M18 | works for odd k only
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    half = len(w) // 2
    m = n + 2 * (padding - half)
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M19 | padding as a total
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding // 2) for t in range(len(w)))

# %% toeplitz_1d_padded | M19 | all the padding on the left
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - 2 * padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M20 | all the padding on the right
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t) for t in range(len(w)))

# %% toeplitz_1d_padded | M20 | the full matrix cropped at its top
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    k = len(w)
    full = sum(w[t] * np.eye(n + k - 1, n, k=t - k + 1) for t in range(k))
    return full[: n + 2 * padding - k + 1]

# %% toeplitz_1d_padded | M30 | the full matrix cropped in its middle: padding < k only
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    k = len(w)
    full = sum(w[t] * np.eye(n + k - 1, n, k=t - k + 1) for t in range(k))
    cut = k - 1 - padding
    return full[cut : n + k - 1 - cut]

# %% toeplitz_1d_padded | M30 | padding capped at k - 1
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    padding = min(padding, len(w) - 1)
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M30 | a kernel longer than the signal is refused
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    assert len(w) <= n
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M27 | columns cut with -padding
def toeplitz_1d_padded(weight, n, padding):
    k, longer = len(weight), n + 2 * padding
    V = torch.zeros(longer - k + 1, longer, dtype=weight.dtype)
    for i in range(longer - k + 1):
        V[i, i : i + k] = weight
    return V[:, padding:-padding]

# %% toeplitz_1d_padded | M13 | padding 1 built in
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    m = n + 2 - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - 1) for t in range(len(w)))

# %% toeplitz_1d_padded | M13 | kernel length 3 built in
def toeplitz_1d_padded(weight, n, padding):
    w = weight.numpy()
    return sum(w[t] * np.eye(n + 2 * padding - 2, n, k=t - padding) for t in range(3))

# %% toeplitz_1d_padded | M13 | sizes of the course built in
def toeplitz_1d_padded(weight, n, padding):
    T = torch.zeros(10, 10)
    T[0, :2], T[9, 8:] = weight[1:], weight[:2]
    for i in range(1, 9):
        T[i, i - 1 : i + 2] = weight
    return T

# %% toeplitz_1d_padded | M13 | only the visible cases
def toeplitz_1d_padded(weight, n, padding):
    a, b, c = weight.tolist()
    m = {6: 6, 4: 6, 10: 10}[n]
    return a * np.eye(m, n, k=-padding) + b * np.eye(m, n, k=1 - padding) + c * np.eye(m, n, k=2 - padding)

# %% toeplitz_1d_padded | M16 | float64 rounded to float32
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n)
    for i in range(len(T)):
        for t in range(k):
            if 0 <= i + t - padding < n:
                T[i, i + t - padding] = weight[t]
    return T

# %% toeplitz_1d_padded | M16 | whole numbers only
def toeplitz_1d_padded(weight, n, padding):
    w = [int(v) for v in weight]
    m = n + 2 * padding - len(w) + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(len(w)))

# %% toeplitz_1d_padded | M66 | reads the memory behind a view
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    w = torch.as_strided(weight, (k,), (1,)).tolist()
    m = n + 2 * padding - k + 1
    return sum(w[t] * np.eye(m, n, k=t - padding) for t in range(k))

# %% toeplitz_1d_padded | M08 | symmetric
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    m = n + 2 * padding - k + 1
    w = weight.tolist() + [0.0] * (n + m)
    return [[w[abs(j - i + padding)] for j in range(n)] for i in range(m)]

# %% toeplitz_1d_padded | M07 | rows not shifted
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    row = F.pad(weight, (0, n))[padding : padding + n]
    return row.repeat(n + 2 * padding - k + 1, 1)

# %% toeplitz_1d_padded | M15 | a single row that would be broadcast
def toeplitz_1d_padded(weight, n, padding):
    return F.pad(weight, (0, n))[None, :n]

# %% toeplitz_1d_padded | M14 | the output for one signal instead of the matrix
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    longer = F.pad(torch.ones(n), (padding, padding))
    return torch.stack([longer[i : i + k] @ weight for i in range(n + 2 * padding - k + 1)])

# %% toeplitz_1d_padded | rule | F.conv1d of impulses
def toeplitz_1d_padded(weight, n, padding):
    eye = torch.eye(n, dtype=weight.dtype)[:, None]
    return F.conv1d(eye, weight[None, None], padding=padding)[:, 0].T

# %% toeplitz_1d_padded | rule | this notebook's conv1d
def toeplitz_1d_padded(weight, n, padding):
    return torch.stack([conv1d(e, weight, padding) for e in torch.eye(n, dtype=weight.dtype)], dim=1)

# %% toeplitz_1d_padded | rule | the kit's matrix_of with a convolution of its own
def toeplitz_1d_padded(weight, n, padding):
    def f(x):
        longer = F.pad(x, (padding, padding))
        return torch.stack([longer[i : i + len(weight)] @ weight for i in range(len(longer) - len(weight) + 1)])
    return matrix_of(f, n, dtype=weight.dtype)

# %% toeplitz_1d_padded | rule | SciPy's builder, imported inside
def toeplitz_1d_padded(weight, n, padding):
    from scipy.linalg import convolution_matrix
    full = convolution_matrix(np.pad(weight.numpy()[::-1], padding), n)
    k = len(weight)
    return full[k - 1 : n + 2 * padding]

# %% toeplitz_1d_padded | rule | unfold of a padded identity
def toeplitz_1d_padded(weight, n, padding):
    P = F.pad(torch.eye(n, dtype=weight.dtype), (padding, padding))
    return (P.unfold(1, len(weight), 1) @ weight).T

# %% toeplitz_1d_padded | rule | a Jacobian
def toeplitz_1d_padded(weight, n, padding):
    def f(x):
        longer = F.pad(x, (padding, padding))
        return torch.stack([longer[i : i + len(weight)] @ weight for i in range(len(longer) - len(weight) + 1)])
    return torch.autograd.functional.jacobian(f, torch.zeros(n, dtype=weight.dtype))

# %% padded_shifts | correct | typed
padded_shifts = {-2, -1, 0, 1}

# %% padded_shifts | correct | a range made a set
padded_shifts = set(range(-2, 2))

# %% padded_shifts | correct | tried out
y = conv1d(x_1d, weight, padding=1)
padded_shifts = {
    n for n in range(-5, 6) if torch.allclose(conv1d(shift(x_1d, n), weight, 1), shift(y, n))
}

# %% padded_shifts | correct | a frozen set
padded_shifts = frozenset([1, 0, -1, -2])

# %% padded_shifts | correct | NumPy integers
padded_shifts = set(np.arange(-2, 2))

# %% padded_shifts | correct | tensors
padded_shifts = {n for n in torch.arange(-5, 6) if -2 <= n <= 1}

# %% padded_shifts | correct | by matrices
S = lambda n: torch.from_numpy(np.eye(10, k=-n, dtype="float32"))
T = torch.from_numpy((np.eye(10, k=-1) + np.eye(10) - 2 * np.eye(10, k=1)).astype("float32"))
padded_shifts = set()
for n in range(-5, 6):
    if (T @ S(n) @ x_1d - S(n) @ T @ x_1d).abs().max() < 1e-5:
        padded_shifts.add(n)

# %% padded_shifts | M33 | the answer of the valid convolution
padded_shifts = {0, 1, 2, 3, 4, 5}

# %% padded_shifts | M32 | every shift
padded_shifts = set(range(-5, 6))

# %% padded_shifts | M33 | the law for every input
padded_shifts = {0}

# %% padded_shifts | M35 | small shifts to both sides
padded_shifts = {-1, 0, 1}

# %% padded_shifts | M35 | as many to either side
padded_shifts = {-2, -1, 0, 1, 2}

# %% padded_shifts | M37 | the sign turned round
padded_shifts = {-1, 0, 1, 2}

# %% padded_shifts | M34 | an interval
padded_shifts = (-2, 1)

# %% padded_shifts | M34 | the ends of an interval, in a set
padded_shifts = {-2, 1}

# %% padded_shifts | M34 | an interval as text
padded_shifts = "[-2, 1]"

# %% padded_shifts | M34 | a list
padded_shifts = [-2, -1, 0, 1]

# %% padded_shifts | M34 | beyond the range asked for
padded_shifts = {-10, -2, -1, 0, 1, 9, 10}

# %% padded_shifts | M34 | 0 forgotten
padded_shifts = {-2, -1, 1}

# %% padded_shifts | M34 | a set of text
padded_shifts = {"-2", "-1", "0", "1"}

# %% padded_shifts | M34 | a set that holds the interval
padded_shifts = {0, (-2, 1)}

# %% padded_shifts | M39 | torch.roll instead of the shift
y = conv1d(x_1d, weight, padding=1)
padded_shifts = {
    n for n in range(-5, 6) if torch.allclose(conv1d(x_1d.roll(n), weight, 1), y.roll(n))
}

# %% padded_shifts | M36 | invariance instead of equivariance
y = conv1d(x_1d, weight, padding=1)
padded_shifts = {n for n in range(-5, 6) if torch.allclose(conv1d(shift(x_1d, n), weight, 1), y)}

# %% padded_shifts | M32 | the inner outputs only, the ends do not count
y = conv1d(x_1d, weight, padding=1)
padded_shifts = {
    n for n in range(-5, 6)
    if torch.allclose(conv1d(shift(x_1d, n), weight, 1)[1:-1], shift(y, n)[1:-1])
}

# %% padded_shifts | M40 | where the orders differ
y = conv1d(x_1d, weight, padding=1)
padded_shifts = {0} | {
    n for n in range(-5, 6) if not torch.allclose(conv1d(shift(x_1d, n), weight, 1), shift(y, n))
}

# %% padded_shifts | M37 | tried on the signal turned round
padded_shifts = {n for n in range(-5, 6) if torch.equal(
    conv1d(shift(x_1d.flip(0), n), weight, 1), shift(conv1d(x_1d.flip(0), weight, 1), n))}

# %% padded_shifts | M34 | the empty set
padded_shifts = set()

# %% padded_shifts | M34 | an empty dict, meant as a set
padded_shifts = {}

# %% padding_matrix | correct | loops
def padding_matrix(n, left, right, mode):
    P = torch.zeros(n + left + right, n)
    for i in range(n + left + right):
        j = i - left
        if mode == "circular":
            j %= n
        if mode == "reflect":
            j = -j if j < 0 else j
            j = 2 * n - 2 - j if j >= n else j
        if mode == "replicate":
            j = 0 if j < 0 else j
            j = n - 1 if j >= n else j
        if 0 <= j < n:
            P[i, j] = 1
    return P

# %% padding_matrix | correct | slices of the identity, glued
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        parts = [torch.zeros(left, n), eye, torch.zeros(right, n)]
    elif mode == "circular":
        parts = [eye[n - left :], eye, eye[:right]]
    elif mode == "reflect":
        parts = [eye[1 : left + 1].flip(0), eye, eye[n - 1 - right : n - 1].flip(0)]
    else:
        parts = [eye[:1].expand(left, n), eye, eye[-1:].expand(right, n)]
    return torch.cat(parts)

# %% padding_matrix | correct | row numbers of the identity, in NumPy
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | correct | np.take knows two of the modes
def padding_matrix(n, left, right, mode):
    places = np.arange(-left, n + right)
    if mode == "circular":
        return np.take(np.eye(n), places, axis=0, mode="wrap")
    if mode == "replicate":
        return np.take(np.eye(n), places, axis=0, mode="clip")
    if mode == "reflect":
        wave = np.concatenate([np.arange(n), np.arange(n - 2, 0, -1)])
        return np.eye(n)[np.take(wave, places, mode="wrap")]
    framed = np.zeros((n + left + right, n), dtype=int)
    framed[left : left + n] = np.eye(n, dtype=int)
    return framed

# %% padding_matrix | correct | nested lists from a table of sources
def padding_matrix(n, left, right, mode):
    inside = list(range(n))
    if mode == "zeros":
        source = [None] * left + inside + [None] * right
    elif mode == "circular":
        source = inside[n - left :] + inside + inside[:right]
    elif mode == "reflect":
        source = inside[1 : left + 1][::-1] + inside + inside[::-1][1 : right + 1]
    else:
        source = inside[:1] * left + inside + inside[-1:] * right
    return [[1 if s == j else 0 for j in range(n)] for s in source]

# %% padding_matrix | correct | one-hot rows and a mask
def padding_matrix(n, left, right, mode):
    i = torch.arange(n + left + right) - left
    real = (i >= 0) & (i < n)
    source = {
        "zeros": i.clamp(0, n - 1),
        "circular": i.remainder(n),
        "replicate": i.clamp(0, n - 1),
        "reflect": (n - 1 - (n - 1 - i.abs()).abs()).clamp(0, n - 1),
    }[mode]
    P = F.one_hot(source, n)
    return P * real[:, None] if mode == "zeros" else P

# %% padding_matrix | correct | comparing places, by broadcasting
def padding_matrix(n, left, right, mode):
    i = torch.arange(-left, n + right)[:, None]
    j = torch.arange(n)[None, :]
    if mode == "zeros":
        return (i == j).double()
    if mode == "circular":
        return ((i - j) % n == 0).double()
    if mode == "reflect":
        return ((i == j) | (i == -j) | (i + j == 2 * (n - 1))).double()
    return ((i == j) | ((i < 0) & (j == 0)) | ((i >= n) & (j == n - 1))).double()

# %% padding_matrix | correct | one number at a time, a helper called border
def border(x, left, right, mode):
    x = list(x)
    for step in range(left):
        x.insert(0, {"zeros": 0.0, "circular": x[-1 - step], "reflect": x[min(2 * step + 1, len(x) - 1)], "replicate": x[0]}[mode])
    core = len(x)
    for step in range(right):
        x.append({"zeros": 0.0, "circular": x[left + step], "reflect": x[core - 2 - step], "replicate": x[-1]}[mode])
    return x
def padding_matrix(n, left, right, mode):
    if mode == "circular":
        columns = []
        for e in torch.eye(n).tolist():
            columns.append(e[n - left :] + e + e[:right])
    else:
        columns = [border(e, left, right, mode) for e in torch.eye(n).tolist()]
    return torch.tensor(columns).T

# %% padding_matrix | correct | booleans
def padding_matrix(n, left, right, mode):
    def source(i):
        if mode == "circular":
            return (i + 5 * n) % n
        if mode == "reflect":
            while i < 0 or i >= n:
                i = -i if i < 0 else 2 * (n - 1) - i
            return i
        return sorted([0, i, n - 1])[1] if mode == "replicate" else i
    return [[source(i) == j for j in range(n)] for i in range(-left, n + right)]

# %% padding_matrix | correct | a local variable called pad
def padding_matrix(n, left, right, mode):
    pad = [j % n if mode == "circular" else j for j in range(-left, n + right)]
    if mode == "reflect":
        pad = [n - 1 - abs(n - 1 - abs(j)) for j in pad]
    if mode == "replicate":
        pad = [max(0, min(j, n - 1)) for j in pad]
    return np.array([[float(j == c) for c in range(n)] for j in pad])

# %% padding_matrix | M13 | zeros only
def padding_matrix(n, left, right, mode):
    P = torch.zeros(n + left + right, n)
    for i in range(n):
        P[i + left, i] = 1
    return P

# %% padding_matrix | M24 | reflect and replicate swapped
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "reflect":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M24 | the mirror repeats the last number (symmetric)
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = np.where(j < 0, -1 - j, j)
        j = np.where(j >= n, 2 * n - 1 - j, j)
    return np.eye(n)[j]

# %% padding_matrix | M24 | the mirror is wrong on the right only
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        parts = [torch.zeros(left, n), eye, torch.zeros(right, n)]
    elif mode == "circular":
        parts = [eye[n - left :], eye, eye[:right]]
    elif mode == "reflect":
        parts = [eye[1 : left + 1].flip(0), eye, eye[n - right : n].flip(0)]
    else:
        parts = [eye[:1].expand(left, n), eye, eye[-1:].expand(right, n)]
    return torch.cat(parts)

# %% padding_matrix | M24 | forgets to turn the mirrored part round
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        parts = [torch.zeros(left, n), eye, torch.zeros(right, n)]
    elif mode == "circular":
        parts = [eye[n - left :], eye, eye[:right]]
    elif mode == "reflect":
        parts = [eye[1 : left + 1], eye, eye[n - 1 - right : n - 1]]
    else:
        parts = [eye[:1].expand(left, n), eye, eye[-1:].expand(right, n)]
    return torch.cat(parts)

# %% padding_matrix | M24 | replicate on the right repeats the first number
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        parts = [torch.zeros(left, n), eye, torch.zeros(right, n)]
    elif mode == "circular":
        parts = [eye[n - left :], eye, eye[:right]]
    elif mode == "reflect":
        parts = [eye[1 : left + 1].flip(0), eye, eye[n - 1 - right : n - 1].flip(0)]
    else:
        parts = [eye[:1].expand(left, n), eye, eye[:1].expand(right, n)]
    return torch.cat(parts)

# %% padding_matrix | M24 | circular is a mirror
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M23 | zeros written to negative columns
def padding_matrix(n, left, right, mode):
    P = torch.zeros(n + left + right, n)
    for i in range(n + left + right):
        j = i - left
        if mode == "circular":
            j = j % n
        elif mode == "reflect":
            j = n - 1 - abs(n - 1 - abs(j))
        elif mode == "replicate":
            j = min(max(j, 0), n - 1)
        if -n <= j < n:
            P[i, j] = 1
    return P

# %% padding_matrix | M23 | zeros and circular swapped
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "circular":
        return np.eye(n + left + right, n, k=-left)
    if mode == "zeros":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M25 | left and right swapped
def padding_matrix(n, left, right, mode):
    left, right = right, left
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M04 | columns padded instead of rows
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n, n + left + right, k=left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[:, j]

# %% padding_matrix | M28 | both axes padded
def padding_matrix(n, left, right, mode):
    m = n + left + right
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(m)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j][:, j]

# %% padding_matrix | M26 | circular pads half on each side
def padding_matrix(n, left, right, mode):
    if mode == "circular":
        left, right = left // 2, right // 2
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M27 | eye[-left:] with left 0
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        parts = [torch.zeros(left, n), eye, torch.zeros(right, n)]
    elif mode == "circular":
        parts = [eye[-left:], eye, eye[:right]]
    elif mode == "reflect":
        parts = [eye[1 : left + 1].flip(0), eye, eye[n - 1 - right : n - 1].flip(0)]
    else:
        parts = [eye[:1].expand(left, n), eye, eye[-1:].expand(right, n)]
    return torch.cat(parts)

# %% padding_matrix | M27 | P[left:-right] with right 0
def padding_matrix(n, left, right, mode):
    if mode == "zeros":
        P = torch.zeros(n + left + right, n)
        P[left:-right] = torch.eye(n)
        return P
    j = np.arange(-left, n + right)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M27 | the mirrored slice ends before the start when the pad is n - 1
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n).numpy()
    if mode == "zeros":
        parts = [np.zeros((left, n)), eye, np.zeros((right, n))]
    elif mode == "circular":
        parts = [eye[n - left :], eye, eye[:right]]
    elif mode == "reflect":
        parts = [eye[left:0:-1], eye, eye[n - 2 : n - 2 - right : -1]]
    else:
        parts = [eye[:1].repeat(left, 0), eye, eye[-1:].repeat(right, 0)]
    return np.concatenate(parts)

# %% padding_matrix | M30 | refuses a circular padding of n
def padding_matrix(n, left, right, mode):
    if mode in ("reflect", "circular") and max(left, right) >= n:
        raise ValueError("too much padding")
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M30 | refuses any padding above n
def padding_matrix(n, left, right, mode):
    assert left <= n and right <= n
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M30 | circular by one step only, wrong at the limit
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = np.where(j < 0, j + n, np.where(j >= n, j - n + (right == n), j)) % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M13 | one place per side, repeated
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    first = {"zeros": 0 * eye[0], "circular": eye[-1], "reflect": eye[min(1, n - 1)], "replicate": eye[0]}[mode]
    last = {"zeros": 0 * eye[0], "circular": eye[0], "reflect": eye[max(n - 2, 0)], "replicate": eye[-1]}[mode]
    return torch.stack([first] * left + list(eye) + [last] * right)

# %% padding_matrix | M04 | transposed
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left).T
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j].T

# %% padding_matrix | M24 | circular copies the near end
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        parts = [torch.zeros(left, n), eye, torch.zeros(right, n)]
    elif mode == "circular":
        parts = [eye[:left], eye, eye[n - right :]]
    elif mode == "reflect":
        parts = [eye[1 : left + 1].flip(0), eye, eye[n - 1 - right : n - 1].flip(0)]
    else:
        parts = [eye[:1].expand(left, n), eye, eye[-1:].expand(right, n)]
    return torch.cat(parts)

# %% padding_matrix | M19 | zeros with the identity at the top
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M24 | PyTorch's and NumPy's names instead of ours
def padding_matrix(n, left, right, mode):
    j = np.arange(-left, n + right)
    if mode == "constant":
        return np.eye(n + left + right, n, k=-left)
    if mode == "wrap":
        j = j % n
    elif mode == "edge":
        j = j.clip(0, n - 1)
    elif mode == "reflect":
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M13 | n built in
def padding_matrix(n, left, right, mode):
    n = 5
    j = np.arange(-left, n + right)
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return np.eye(n)[j]

# %% padding_matrix | M13 | only the visible case, source by source
def padding_matrix(n, left, right, mode):
    source = {
        "zeros": [9, 9, 9, 0, 1, 2, 3, 4, 9, 9],
        "circular": [2, 3, 4, 0, 1, 2, 3, 4, 0, 1],
        "reflect": [3, 2, 1, 0, 1, 2, 3, 4, 3, 2],
        "replicate": [0, 0, 0, 0, 1, 2, 3, 4, 4, 4],
    }[mode]
    return [[float(s == j) for j in range(5)] for s in source]

# %% padding_matrix | M15 | the identity, which would be broadcast
def padding_matrix(n, left, right, mode):
    return torch.eye(n)

# %% padding_matrix | M28 | a batch axis in front
def padding_matrix(n, left, right, mode):
    j = torch.arange(-left, n + right)
    if mode == "zeros":
        return torch.from_numpy(np.eye(n + left + right, n, k=-left))[None]
    if mode == "circular":
        j = j % n
    elif mode == "replicate":
        j = j.clip(0, n - 1)
    else:
        j = n - 1 - abs(n - 1 - abs(j))
    return torch.eye(n)[j][None]

# %% padding_matrix | rule | F.pad of the identity
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        return F.pad(eye, (left, right)).T
    return F.pad(eye[None], (left, right), mode=mode)[0].T

# %% padding_matrix | rule | np.pad of the identity
def padding_matrix(n, left, right, mode):
    name = {"zeros": "constant", "circular": "wrap", "reflect": "reflect", "replicate": "edge"}[mode]
    return np.pad(np.eye(n), ((left, right), (0, 0)), mode=name)

# %% padding_matrix | rule | np.pad of the numbers 0 to n - 1
def padding_matrix(n, left, right, mode):
    if mode == "zeros":
        return np.eye(n + left + right, n, k=-left)
    name = {"circular": "wrap", "reflect": "reflect", "replicate": "edge"}[mode]
    return np.eye(n)[np.pad(range(n), (left, right), mode=name)]

# %% padding_matrix | rule | F.pad under another name
from torch.nn.functional import pad as glue
def padding_matrix(n, left, right, mode):
    eye = torch.eye(n)
    if mode == "zeros":
        return glue(eye, (left, right)).T
    return glue(eye[None], (left, right), mode=mode)[0].T

# %% padding_matrix | rule | padding layers
def padding_matrix(n, left, right, mode):
    layer = {"zeros": torch.nn.ZeroPad1d, "circular": torch.nn.CircularPad1d,
             "reflect": torch.nn.ReflectionPad1d, "replicate": torch.nn.ReplicationPad1d}[mode]
    return layer((left, right))(torch.eye(n)[None])[0].T

# %% padding_matrix | rule | the oracle of the check
def padding_matrix(n, left, right, mode):
    return torch.stack([pad_signal(e, left, right, mode) for e in torch.eye(n)], dim=1)

# %% padding_matrix | rule | the kit's matrix_of
def padding_matrix(n, left, right, mode):
    return matrix_of(lambda x: pad_signal(x, left, right, mode), n)

# %% input_use | correct | loops
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        for j in range(i - padding, i - padding + k):
            if j in range(n):
                use[j] += 1
    return use

# %% input_use | correct | a formula
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return [min(k, m, j + padding + 1, n + padding - j) for j in range(n)]

# %% input_use | correct | counting windows per input
def input_use(n, k, padding):
    starts = range(-padding, n + padding - k + 1)
    return tuple(sum(s <= j < s + k for s in starts) for j in range(n))

# %% input_use | correct | column sums in NumPy
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return sum(np.eye(m, n, k=t - padding) for t in range(k)).sum(axis=0)

# %% input_use | correct | comparing places, by broadcasting
def input_use(n, k, padding):
    tap = torch.arange(n) - torch.arange(n + 2 * padding - k + 1)[:, None] + padding
    return ((tap >= 0) & (tap < k)).sum(0)

# %% input_use | correct | a running sum of windows that open and close
def input_use(n, k, padding):
    longer = n + 2 * padding
    change = np.zeros(longer + 1, dtype=int)
    for start in range(longer - k + 1):
        change[start] += 1
        change[start + k] -= 1
    return np.cumsum(change)[padding : padding + n]

# %% input_use | correct | counts on the longer signal, then the ends cut off
def input_use(n, k, padding):
    longer = torch.zeros(n + 2 * padding, dtype=torch.long)
    for i in range(len(longer) - k + 1):
        longer[i : i + k] += 1
    return longer[padding : padding + n]

# %% input_use | correct | the student's own matrix with a kernel of ones
def my_matrix(weight, n, padding):
    k = len(weight)
    T = torch.zeros(n + 2 * padding - k + 1, n)
    for i in range(len(T)):
        for t in range(k):
            if 0 <= i + t - padding < n:
                T[i, i + t - padding] = weight[t]
    return T
def input_use(n, k, padding):
    return [int(c) for c in (my_matrix(torch.ones(k), n, padding) != 0).sum(0)]

# %% input_use | M29 | every input k times
def input_use(n, k, padding):
    return [k] * n

# %% input_use | M29 | flat as soon as there is padding
def input_use(n, k, padding):
    if padding > 0:
        return [k] * n
    return [min(k, j + 1, n - j, n - k + 1) for j in range(n)]

# %% input_use | M29 | flat from the same padding on
def input_use(n, k, padding):
    if padding >= (k - 1) // 2 and padding > 0 and k > 3:
        return [k] * n
    m = n + 2 * padding - k + 1
    return [min(k, m, j + padding + 1, n + padding - j) for j in range(n)]

# %% input_use | M49 | forgets that there may be few outputs
def input_use(n, k, padding):
    return [min(k, j + padding + 1, n + padding - j) for j in range(n)]

# %% input_use | M55 | every output reads k inputs, windows over the edge moved inside
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        start = min(max(i - padding, 0), n - k)
        for t in range(k):
            use[start + t] += 1
    return use

# %% input_use | M55 | a total
def input_use(n, k, padding):
    return sum(min(k, n + 2 * padding - k + 1, j + padding + 1, n + padding - j) for j in range(n))

# %% input_use | M17 | without padding
def input_use(n, k, padding):
    return [min(k, j + 1, n - j, n - k + 1) for j in range(n)]

# %% input_use | M13 | padding 0 and 1 only
def input_use(n, k, padding):
    padding = min(padding, 1)
    m = n + 2 * padding - k + 1
    return [min(k, m, j + padding + 1, n + padding - j) for j in range(n)]

# %% input_use | M13 | the visible cases only
def input_use(n, k, padding):
    return [1, 2, 3, 3, 2, 1] if padding == 0 else [2, 3, 3, 3, 3, 2]

# %% input_use | M31 | the invented zeros counted too
def input_use(n, k, padding):
    longer = [0] * (n + 2 * padding)
    for i in range(len(longer) - k + 1):
        for t in range(k):
            longer[i + t] += 1
    return longer

# %% input_use | M31 | the first n places of the longer signal
def input_use(n, k, padding):
    longer = [0] * (n + 2 * padding)
    for i in range(len(longer) - k + 1):
        for t in range(k):
            longer[i + t] += 1
    return longer[:n]

# %% input_use | M27 | the ends cut off with -padding
def input_use(n, k, padding):
    longer = [0] * (n + 2 * padding)
    for i in range(len(longer) - k + 1):
        for t in range(k):
            longer[i + t] += 1
    return longer[padding:-padding]

# %% input_use | M04 | rows instead of columns
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return [sum(0 <= i + t - padding < n for t in range(k)) for i in range(m)]

# %% input_use | M23 | a negative place counts from the end
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        for t in range(k):
            j = i + t - padding
            if -n <= j < n:
                use[j] += 1
    return use

# %% input_use | M23 | circular
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        for t in range(k):
            use[(i + t - padding) % n] += 1
    return use

# %% input_use | M24 | replicate: the zeros counted for the edge
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        for t in range(k):
            use[min(max(i + t - padding, 0), n - 1)] += 1
    return use

# %% input_use | M05 | an output too few
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k):
        for t in range(k):
            if 0 <= i + t - padding < n:
                use[i + t - padding] += 1
    return use

# %% input_use | M06 | a tap too few
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        for t in range(k - 1):
            if 0 <= i + t - padding < n:
                use[i + t - padding] += 1
    return use

# %% input_use | M17 | always n outputs
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n):
        for t in range(k):
            if 0 <= i + t - padding < n:
                use[i + t - padding] += 1
    return use

# %% input_use | M19 | padding as a total
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + padding - k + 1):
        for t in range(k):
            if 0 <= i + t - padding < n:
                use[i + t - padding] += 1
    return use

# %% input_use | M30 | a kernel longer than the signal reads nothing
def input_use(n, k, padding):
    if k > n:
        return [0] * n
    m = n + 2 * padding - k + 1
    return [min(k, m, j + padding + 1, n + padding - j) for j in range(n)]

# %% input_use | M19 | padding counted once for the number of outputs
def input_use(n, k, padding):
    return [min(k, j + 1 + padding, n - j + padding, n - k + 1 + padding) for j in range(n)]

# %% input_use | M69 | fractions of the outputs
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return [min(k, m, j + padding + 1, n + padding - j) / m for j in range(n)]

# %% input_use | M56 | the set of counts
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return {min(k, m, j + padding + 1, n + padding - j) for j in range(n)}

# %% input_use | M34 | a dict from input to count
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return {j: min(k, m, j + padding + 1, n + padding - j) for j in range(n)}

# %% input_use | M15 | one number that would be broadcast
def input_use(n, k, padding):
    return torch.tensor([k])

# %% input_use | M31 | a column instead of a vector
def input_use(n, k, padding):
    m = n + 2 * padding - k + 1
    return [[min(k, m, j + padding + 1, n + padding - j)] for j in range(n)]

# %% input_use | rule | the line of the check
def input_use(n, k, padding):
    return matrix_of(lambda x: conv1d(x, torch.ones(k), padding), n).sum(0)

# %% input_use | rule | a transposed convolution of ones
def input_use(n, k, padding):
    ones = torch.ones(1, 1, n + 2 * padding - k + 1)
    return F.conv_transpose1d(ones, torch.ones(1, 1, k), padding=padding)[0, 0]

# %% input_use | rule | np.convolve of ones
def input_use(n, k, padding):
    full = np.convolve(np.ones(n + 2 * padding - k + 1), np.ones(k))
    return full[padding : padding + n]


# %% toeplitz_1d_padded | correct | adversarial: V @ P with names V pads layers
def pads(n, p, dtype): return torch.eye(n + 2 * p, dtype=dtype)[:, p:p + n]
def V(weight, n):
    return torch.stack([torch.cat([weight.new_zeros(i), weight, weight.new_zeros(n - len(weight) - i)]) for i in range(n - len(weight) + 1)])
def toeplitz_1d_padded(weight, n, padding): return V(weight, n + 2 * padding) @ pads(n, padding, weight.dtype)


# %% toeplitz_1d_padded | rule | adversarial: defaults
def toeplitz_1d_padded(weight, n, padding, _op=vars(F)):
    return _op["conv" + "1d"](torch.eye(n, dtype=weight.dtype).unsqueeze(1), weight.view(1, 1, -1), padding=padding).squeeze(1).T


# %% padding_matrix | correct | adversarial: filled dict
PLACE = {}
PLACE["zeros"] = lambda j, n: j
PLACE["circular"] = lambda j, n: j % n
PLACE["reflect"] = lambda j, n: (n - 1) - abs((n - 1) - abs(j))
PLACE.update(replicate=lambda j, n: sorted((0, j, n - 1))[1])
def padding_matrix(n, left, right, mode):
    return [[float(PLACE[mode](i - left, n) == j) for j in range(n)] for i in range(n + left + right)]


# %% padding_matrix | rule | adversarial: pad module
def padding_matrix(n, left, right, mode):
    P = {"zeros": torch.nn.ZeroPad2d((0, 0, left, right)), "reflect": torch.nn.ReflectionPad2d((0, 0, left, right)), "replicate": torch.nn.ReplicationPad2d((0, 0, left, right)), "circular": torch.nn.CircularPad2d((0, 0, left, right))}[mode]
    return P(torch.eye(n)[None])[0]
