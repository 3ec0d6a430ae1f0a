# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% valid_length | counting places
def valid_length(n, k):
    return sum(1 for i in range(n) if i + k <= n)

# %% typed_valid | sums of shifted identities
T_valid = torch.eye(10)[:8] + torch.eye(10)[1:9] - 2 * torch.eye(10)[2:]

# %% toeplitz_1d | index arithmetic
def toeplitz_1d(weight, n):
    k = len(weight)
    offset = torch.arange(n)[None, :] - torch.arange(n - k + 1)[:, None]
    return torch.where((offset >= 0) & (offset < k), weight[offset.clamp(0, k - 1)], 0)

# %% impostor | a matrix with one column
impostor = torch.zeros(8, 10)
impostor[:, 2] = torch.tensor([-2.0, -3, -3, -3, -3, -3, -3, 13])

# %% flip | loops over entries
def true_convolution_1d(weight, n):
    k = len(weight)
    T = np.zeros((n + k - 1, n))
    for i in range(n + k - 1):
        for j in range(n):
            if 0 <= i - j < k:
                T[i, j] = weight[i - j]
    return T

# %% is_toeplitz | loops
def is_toeplitz(T):
    rows, columns = T.shape
    for i in range(1, rows):
        for j in range(1, columns):
            if T[i, j] != T[i - 1, j - 1]:
                return False
    return True
