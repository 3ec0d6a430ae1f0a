# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% flat_index | a page of numbers
def flat_index(row, col, width):
    return torch.arange((row + 1) * width).reshape(row + 1, width)[row, col]

# %% typed_2d | nested list of ints
a, b, c, o = [2, 1, -2], [-3, -1, 1], [1, 1, -1], [0] * 5
T_2d = [
    [*a, 0, 0, *b, 0, 0, *c, 0, 0, *o],
    [0, *a, 0, 0, *b, 0, 0, *c, 0, *o],
    [0, 0, *a, 0, 0, *b, 0, 0, *c, *o],
    [*o, *a, 0, 0, *b, 0, 0, *c, 0, 0],
    [*o, 0, *a, 0, 0, *b, 0, 0, *c, 0],
    [*o, 0, 0, *a, 0, 0, *b, 0, 0, *c],
]

# %% toeplitz_2d | sum of Kronecker products
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    E, G = np.eye(height), np.eye(width)
    return sum(
        weight[r, s].item() * np.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )

# %% is_block_toeplitz | loops over entries
def is_block_toeplitz(T, block_shape):
    rows, columns = T.shape
    r, c = block_shape
    for i in range(rows):
        for j in range(columns):
            if i % r and j % c and T[i, j] != T[i - 1, j - 1]:
                return False
            if i >= r and j >= c and T[i, j] != T[i - r, j - c]:
                return False
    return True

# %% toeplitz_2d_kron | identity and block
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E = torch.eye(height, dtype=weight.dtype)
    G = torch.eye(width, dtype=weight.dtype)
    T = 0
    for r in range(R):
        block = sum(weight[r, s] * G[s : s + width - S + 1] for s in range(S))
        T = T + torch.kron(E[r : r + height - R + 1], block)
    return T
