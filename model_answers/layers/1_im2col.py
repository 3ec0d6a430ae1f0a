# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% patches_1d | index arithmetic
def patches_1d(x, k):
    return x[torch.arange(len(x) - k + 1)[:, None] + torch.arange(k)]

# %% im2col | index arithmetic on all axes
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    i = torch.arange(kernel_height)[:, None] + torch.arange(H - kernel_height + 1)
    j = torch.arange(kernel_width)[:, None] + torch.arange(W - kernel_width + 1)
    gathered = x[:, i[:, None, :, None], j[None, :, None, :]]  # (C, R, S, H', W')
    return gathered.flatten(3).flatten(0, 2)

# %% conv2d_by_matmul | einsum on five axes
def conv2d_by_matmul(columns, weight, out_height, out_width):
    _, C, R, S = weight.shape
    blocks = columns.reshape(C, R, S, out_height, out_width)
    return torch.einsum("ocrs,crsij->oij", weight, blocks)

# %% col2im | five loops
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    x = torch.zeros(tuple(input_shape), dtype=columns.dtype)
    for c in range(C):
        for r in range(kernel_height):
            for s in range(kernel_width):
                for i in range(down):
                    for j in range(across):
                        tap = (c * kernel_height + r) * kernel_width + s
                        x[c, i + r, j + s] += columns[tap, i * across + j]
    return x

# %% overlap_count | one axis times the other
def overlap_count(height, width, kernel_height, kernel_width):
    def along(n, k):
        return [min(p + 1, n - p, k, n - k + 1) for p in range(n)]

    return np.outer(along(height, kernel_height), along(width, kernel_width))

# %% both_jacobians | index arithmetic
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    rows = torch.arange(n - k + 1)[:, None]
    tap = torch.arange(n) - rows
    inside = (tap >= 0) & (tap < k)
    T = torch.where(inside, weight[tap.clamp(0, k - 1)], torch.zeros((), dtype=weight.dtype))
    return [T, x[rows + torch.arange(k)]]

# %% storage | counted by PyTorch
def storage(input_shape, weight_shape):
    x, w = torch.zeros(1, *input_shape), torch.zeros(*weight_shape)
    y = F.conv2d(x, w)
    X = F.unfold(x, tuple(weight_shape[2:]))
    return dict(
        nonzero=y.numel() * w[0].numel(),
        matrix=y.numel() * x.numel(),
        columns=X.numel(),
        input=x.numel(),
    )
