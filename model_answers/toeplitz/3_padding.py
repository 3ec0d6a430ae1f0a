# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% padded_length | counting places
def padded_length(n, k, padding):
    return sum(1 for start in range(-padding, n + padding) if start + k <= n + padding)

# %% typed_padded | nested list of ints
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

# %% toeplitz_1d_padded | index arithmetic
def toeplitz_1d_padded(weight, n, padding):
    k = len(weight)
    tap = torch.arange(n) - torch.arange(n + 2 * padding - k + 1)[:, None] + padding
    return torch.where((tap >= 0) & (tap < k), weight[tap.clamp(0, k - 1)], torch.zeros((), dtype=weight.dtype))

# %% padded_shifts | tried out
y = conv1d(x_1d, weight, padding=1)
padded_shifts = {
    n for n in range(-5, 6) if torch.allclose(conv1d(shift(x_1d, n), weight, 1), shift(y, n))
}

# %% padding_matrix | slices of the identity, glued
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

# %% input_use | loops
def input_use(n, k, padding):
    use = [0] * n
    for i in range(n + 2 * padding - k + 1):
        for j in range(i - padding, i - padding + k):
            if j in range(n):
                use[j] += 1
    return use
