# %% patches_1d | correct | stacked slices
def patches_1d(x, k):
    return torch.stack([x[i : i + k] for i in range(len(x) - k + 1)])


# %% patches_1d | correct | index arithmetic
def patches_1d(x, k):
    return x[torch.arange(len(x) - k + 1)[:, None] + torch.arange(k)]


# %% patches_1d | correct | as_strided with the signal's own stride
def patches_1d(x, k):
    step = x.stride(0)
    return x.as_strided((x.numel() - k + 1, k), (step, step))


# %% patches_1d | correct | nested lists
def patches_1d(x, k):
    numbers = x.tolist()
    return [numbers[i : i + k] for i in range(len(numbers) - k + 1)]


# %% patches_1d | correct | NumPy, tap by tap
def patches_1d(x, k):
    x = x.numpy()
    rows = x.size - k + 1
    X = np.empty((rows, k), dtype=x.dtype)
    for t in range(k):
        X[:, t] = x[t : t + rows]
    return X


# %% patches_1d | correct | loops into zeros
def patches_1d(x, k):
    n = x.shape[0]
    X = torch.zeros(n - k + 1, k, dtype=x.dtype)
    for i in range(n - k + 1):
        for t in range(k):
            X[i, t] = x[i + t]
    return X


# %% patches_1d | M63 | windows as columns
def patches_1d(x, k):
    return torch.stack([x[i : i + k] for i in range(len(x) - k + 1)], dim=1)


# %% patches_1d | M05 | one window too few
def patches_1d(x, k):
    return torch.stack([x[i : i + k] for i in range(len(x) - k)])


# %% patches_1d | M01 | windows turned round
def patches_1d(x, k):
    return torch.stack([x[i : i + k].flip(0) for i in range(len(x) - k + 1)])


# %% patches_1d | M66 | as_strided with stride 1
def patches_1d(x, k):
    return torch.as_strided(x, (len(x) - k + 1, k), (1, 1))


# %% patches_1d | M66 | as_strided with stride 1, from the start of the memory
def patches_1d(x, k):
    return torch.as_strided(x, (len(x) - k + 1, k), (1, 1), 0)


# %% patches_1d | M10 | windows that wrap around
def patches_1d(x, k):
    return torch.stack([x.roll(-i)[:k] for i in range(len(x))])


# %% patches_1d | M64 | the matrix T of the signal
def patches_1d(x, k):
    n = len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = x[i : i + k]
    return T


# %% patches_1d | M07 | the window does not move on
def patches_1d(x, k):
    return torch.stack([x[:k] for i in range(len(x) - k + 1)])


# %% patches_1d | M86 | a reshape of repeated numbers
def patches_1d(x, k):
    columns = [x[t : t + len(x) - k + 1] for t in range(k)]
    return torch.cat(columns).reshape(-1, k)


# %% patches_1d | M13 | three taps built in
def patches_1d(x, k):
    return torch.stack([x[i : i + 3] for i in range(len(x) - 2)])


# %% patches_1d | rule | Tensor.unfold
def patches_1d(x, k):
    return x.unfold(0, k, 1)


# %% patches_1d | rule | sliding_window_view
def patches_1d(x, k):
    return np.lib.stride_tricks.sliding_window_view(x.numpy(), k)


# %% im2col | correct | a piece of the image for each tap
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            x[c, r : r + down, s : s + across].reshape(-1)
            for c in range(C)
            for r in range(kernel_height)
            for s in range(kernel_width)
        ]
    )


# %% im2col | correct | five loops
def im2col(x, kernel_height, kernel_width):
    columns = []
    for i in range(x.shape[1] - kernel_height + 1):
        for j in range(x.shape[2] - kernel_width + 1):
            column = []
            for c in range(x.shape[0]):
                for r in range(kernel_height):
                    for s in range(kernel_width):
                        column.append(x[c, i + r, j + s])
            columns.append(torch.stack(column))
    return torch.stack(columns, dim=1)


# %% im2col | correct | one block a column
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    X = torch.zeros(C * kernel_height * kernel_width, down * across, dtype=x.dtype)
    for place in range(down * across):
        i, j = divmod(place, across)
        X[:, place] = x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1)
    return X


# %% im2col | correct | as_strided with the image's own strides
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    a, b, c = x.stride()
    seen = x.as_strided((C, kernel_height, kernel_width, down, across), (a, b, c, b, c))
    return seen.reshape(C * kernel_height * kernel_width, down * across)


# %% im2col | correct | index arithmetic on all axes
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    i = torch.arange(kernel_height)[:, None] + torch.arange(H - kernel_height + 1)
    j = torch.arange(kernel_width)[:, None] + torch.arange(W - kernel_width + 1)
    gathered = x[:, i[:, None, :, None], j[None, :, None, :]]  # (C, R, S, H', W')
    return gathered.flatten(3).flatten(0, 2)


# %% im2col | correct | gather in NumPy, flat places
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    places = np.arange(C * H * W).reshape(C, H, W)
    taps = places[:, :kernel_height, :kernel_width].reshape(-1, 1)
    starts = places[0, : H - kernel_height + 1, : W - kernel_width + 1].reshape(1, -1)
    return x.numpy().reshape(-1)[taps + starts]


# %% im2col | correct | nested lists
def im2col(x, kernel_height, kernel_width):
    x = x.tolist()
    down, across = len(x[0]) - kernel_height + 1, len(x[0][0]) - kernel_width + 1
    return [
        [channel[i + r][j + s] for i in range(down) for j in range(across)]
        for channel in x
        for r in range(kernel_height)
        for s in range(kernel_width)
    ]


# %% im2col | M62 | taps first, then channels
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            x[c, r : r + down, s : s + across].reshape(-1)
            for r in range(kernel_height)
            for s in range(kernel_width)
            for c in range(C)
        ]
    )


# %% im2col | M63 | blocks as rows
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    return torch.stack(
        [
            x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1)
            for i in range(H - kernel_height + 1)
            for j in range(W - kernel_width + 1)
        ]
    )


# %% im2col | M86 | windows reshaped without moving axes
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    a, b, c = x.stride()
    windows = x.as_strided((C, down, across, kernel_height, kernel_width), (a, b, c, b, c))
    return windows.reshape(C * kernel_height * kernel_width, down * across)


# %% im2col | M86 | blocks as rows, reshaped instead of turned
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    rows = torch.stack(
        [
            x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1)
            for i in range(H - kernel_height + 1)
            for j in range(W - kernel_width + 1)
        ]
    )
    return rows.reshape(C * kernel_height * kernel_width, -1)


# %% im2col | M66 | as_strided with the strides of a fresh image
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    shape = (C, kernel_height, kernel_width, down, across)
    return x.as_strided(shape, (H * W, W, 1, W, 1)).reshape(-1, down * across)


# %% im2col | M43 | outputs numbered down the columns
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    return torch.stack(
        [
            x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1)
            for j in range(W - kernel_width + 1)
            for i in range(H - kernel_height + 1)
        ],
        dim=1,
    )


# %% im2col | M43 | taps numbered down the columns
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            x[c, r : r + down, s : s + across].reshape(-1)
            for c in range(C)
            for s in range(kernel_width)
            for r in range(kernel_height)
        ]
    )


# %% im2col | M45 | kernel height and width exchanged
def im2col(x, kernel_width, kernel_height):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            x[c, r : r + down, s : s + across].reshape(-1)
            for c in range(C)
            for r in range(kernel_height)
            for s in range(kernel_width)
        ]
    )


# %% im2col | M49 | square kernels only
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    k = kernel_height
    return torch.stack(
        [
            x[c, r : r + H - k + 1, s : s + W - k + 1].reshape(-1)
            for c in range(C)
            for r in range(k)
            for s in range(k)
        ]
    )


# %% im2col | M49 | one channel only
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            x[0, r : r + down, s : s + across].reshape(-1)
            for r in range(kernel_height)
            for s in range(kernel_width)
        ]
    )


# %% im2col | M73 | channels summed already
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    x = x.sum(0)
    return torch.stack(
        [
            x[r : r + down, s : s + across].reshape(-1)
            for r in range(kernel_height)
            for s in range(kernel_width)
        ]
    )


# %% im2col | M01 | blocks turned by half a turn
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            x[c, r : r + down, s : s + across].reshape(-1)
            for c in range(C)
            for r in reversed(range(kernel_height))
            for s in reversed(range(kernel_width))
        ]
    )


# %% im2col | M05 | the last place of each axis forgotten
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    return torch.stack(
        [
            x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1)
            for i in range(H - kernel_height)
            for j in range(W - kernel_width)
        ],
        dim=1,
    )


# %% im2col | M85 | one axis too many: channels apart
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack(
        [
            torch.stack(
                [
                    x[c, r : r + down, s : s + across].reshape(-1)
                    for r in range(kernel_height)
                    for s in range(kernel_width)
                ]
            )
            for c in range(C)
        ]
    )


# %% im2col | rule | F.unfold
def im2col(x, kernel_height, kernel_width):
    return F.unfold(x[None], (kernel_height, kernel_width))[0]


# %% im2col | rule | unfold of a tensor
def im2col(x, kernel_height, kernel_width):
    windows = x.unfold(1, kernel_height, 1).unfold(2, kernel_width, 1)
    return windows.permute(0, 3, 4, 1, 2).reshape(len(x) * kernel_height * kernel_width, -1)


# %% conv2d_by_matmul | correct | flat kernels times columns
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return (weight.reshape(len(weight), -1) @ columns).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | correct | einsum on five axes
def conv2d_by_matmul(columns, weight, out_height, out_width):
    _, C, R, S = weight.shape
    blocks = columns.reshape(C, R, S, out_height, out_width)
    return torch.einsum("ocrs,crsij->oij", weight, blocks)


# %% conv2d_by_matmul | correct | tensordot in NumPy
def conv2d_by_matmul(columns, weight, out_height, out_width):
    blocks = columns.numpy().reshape(*weight.shape[1:], out_height, out_width)
    return np.tensordot(weight.numpy(), blocks, axes=3)


# %% conv2d_by_matmul | correct | transposed product
def conv2d_by_matmul(columns, weight, out_height, out_width):
    y = columns.T @ weight.flatten(1).T  # (outputs, C_out)
    return y.T.unflatten(1, (out_height, out_width))


# %% conv2d_by_matmul | correct | one output channel after the other, as lists
def conv2d_by_matmul(columns, weight, out_height, out_width):
    maps = []
    for kernel in weight:
        flat = (kernel.reshape(1, -1) @ columns).reshape(out_height, out_width)
        maps.append(flat.tolist())
    return maps


# %% conv2d_by_matmul | M62 | kernels flattened with the channels last
def conv2d_by_matmul(columns, weight, out_height, out_width):
    kernels = weight.permute(0, 2, 3, 1).reshape(len(weight), -1)
    return (kernels @ columns).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | M85 | not folded to maps
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return weight.flatten(1) @ columns


# %% conv2d_by_matmul | M45 | folded with height and width exchanged
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return (weight.flatten(1) @ columns).reshape(-1, out_width, out_height)


# %% conv2d_by_matmul | M86 | outputs first, then reshaped instead of turned
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return (columns.T @ weight.flatten(1).T).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | M01 | kernels flipped
def conv2d_by_matmul(columns, weight, out_height, out_width):
    kernels = weight.flip(2, 3).flatten(1)
    return (kernels @ columns).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | M73 | output channels summed
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return (weight.flatten(1).sum(0, keepdim=True) @ columns).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | M73 | input channels kept apart
def conv2d_by_matmul(columns, weight, out_height, out_width):
    o, c, r, s = weight.shape
    y = torch.einsum("oct,ctl->ocl", weight.reshape(o, c, -1), columns.reshape(c, r * s, -1))
    return y.reshape(o * c, out_height, out_width)


# %% conv2d_by_matmul | M49 | the first output channel only
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return (weight[0].reshape(1, -1) @ columns).reshape(1, out_height, out_width)


# %% conv2d_by_matmul | M43 | maps read down the columns
def conv2d_by_matmul(columns, weight, out_height, out_width):
    y = weight.flatten(1) @ columns
    return y.reshape(-1, out_width, out_height).transpose(1, 2)


# %% conv2d_by_matmul | M46 | kernel rows and columns exchanged
def conv2d_by_matmul(columns, weight, out_height, out_width):
    kernels = weight.transpose(2, 3).flatten(1)
    return (kernels @ columns).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | rule | a convolution
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return F.conv2d(columns.reshape(1, -1, out_height, out_width), weight.flatten(1)[..., None, None])[0]


# %% col2im | correct | adding pieces, all channels at once
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, down, across)
    x = columns.new_zeros(C, H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + down, s : s + across] += blocks[:, r, s]
    return x


# %% col2im | correct | five loops
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


# %% col2im | correct | window by window
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    across = W - kernel_width + 1
    for place in range(columns.shape[1]):
        i, j = place // across, place % across
        block = columns[:, place].reshape(C, kernel_height, kernel_width)
        x[:, i : i + kernel_height, j : j + kernel_width] += block
    return x


# %% col2im | correct | index_add at flat places
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    places = torch.arange(C * H * W).reshape(C, H, W)
    taps = places[:, :kernel_height, :kernel_width].reshape(-1, 1)
    starts = places[0, : H - kernel_height + 1, : W - kernel_width + 1].reshape(1, -1)
    flat = columns.new_zeros(C * H * W)
    flat.index_add_(0, (taps + starts).reshape(-1), columns.reshape(-1))
    return flat.reshape(C, H, W)


# %% col2im | correct | the transposed matrix, in NumPy
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    places = np.arange(C * H * W).reshape(C, H, W)
    taps = places[:, :kernel_height, :kernel_width].reshape(-1, 1)
    starts = places[0, : H - kernel_height + 1, : W - kernel_width + 1].reshape(1, -1)
    M = np.eye(C * H * W)[(taps + starts).reshape(-1)]
    return (M.T @ columns.numpy().reshape(-1)).reshape(C, H, W)


# %% col2im | correct | np.add.at
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.numpy().reshape(C, kernel_height, kernel_width, down, across)
    c, r, s, i, j = np.indices(blocks.shape)
    x = np.zeros((C, H, W), dtype=blocks.dtype)
    np.add.at(x, (c, r + i, s + j), blocks)
    return x


# %% col2im | M79 | the last window wins
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    across = W - kernel_width + 1
    for place in range(columns.shape[1]):
        i, j = place // across, place % across
        block = columns[:, place].reshape(C, kernel_height, kernel_width)
        x[:, i : i + kernel_height, j : j + kernel_width] = block
    return x


# %% col2im | M79 | the last tap wins
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, down, across)
    x = columns.new_zeros(C, H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + down, s : s + across] = blocks[:, r, s]
    return x


# %% col2im | M79 | added through an index that keeps one of several
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    places = torch.arange(C * H * W).reshape(C, H, W)
    taps = places[:, :kernel_height, :kernel_width].reshape(-1, 1)
    starts = places[0, : H - kernel_height + 1, : W - kernel_width + 1].reshape(1, -1)
    flat = columns.new_zeros(C * H * W)
    flat[(taps + starts).reshape(-1)] += columns.reshape(-1)
    return flat.reshape(C, H, W)


# %% col2im | M65 | averages, as an inverse would
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    x, times = torch.zeros(C, H, W, dtype=columns.dtype), torch.zeros(H, W)
    across = W - kernel_width + 1
    for place in range(columns.shape[1]):
        i, j = place // across, place % across
        block = columns[:, place].reshape(C, kernel_height, kernel_width)
        x[:, i : i + kernel_height, j : j + kernel_width] += block
        times[i : i + kernel_height, j : j + kernel_width] += 1
    return x / times


# %% col2im | M62 | taps first, then channels
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(kernel_height, kernel_width, C, down, across)
    x = columns.new_zeros(C, H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + down, s : s + across] += blocks[r, s]
    return x


# %% col2im | M43 | outputs numbered down the columns
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    down = H - kernel_height + 1
    for place in range(columns.shape[1]):
        j, i = place // down, place % down
        block = columns[:, place].reshape(C, kernel_height, kernel_width)
        x[:, i : i + kernel_height, j : j + kernel_width] += block
    return x


# %% col2im | M63 | columns read as rows
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    blocks = columns.reshape(down * across, C, kernel_height, kernel_width)
    for place in range(down * across):
        i, j = place // across, place % across
        x[:, i : i + kernel_height, j : j + kernel_width] += blocks[place]
    return x


# %% col2im | M01 | blocks turned by half a turn
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, down, across).flip(1, 2)
    x = columns.new_zeros(C, H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + down, s : s + across] += blocks[:, r, s]
    return x


# %% col2im | M45 | kernel height and width exchanged
def col2im(columns, input_shape, kernel_width, kernel_height):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, down, across)
    x = columns.new_zeros(C, H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + down, s : s + across] += blocks[:, r, s]
    return x


# %% col2im | M73 | channels summed
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    down, across = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, down, across)
    x = columns.new_zeros(H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[r : r + down, s : s + across] += blocks[:, r, s].sum(0)
    return x.expand(C, H, W)


# %% col2im | M49 | square kernels only
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    k = kernel_height
    blocks = columns.reshape(C, k, k, H - k + 1, W - k + 1)
    x = columns.new_zeros(C, H, W)
    for r in range(k):
        for s in range(k):
            x[:, r : r + H - k + 1, s : s + W - k + 1] += blocks[:, r, s]
    return x


# %% col2im | rule | F.fold
def col2im(columns, input_shape, kernel_height, kernel_width):
    return F.fold(columns[None], input_shape[1:], (kernel_height, kernel_width))[0]


# %% overlap_count | correct | window by window
def overlap_count(height, width, kernel_height, kernel_width):
    count = torch.zeros(height, width, dtype=torch.int64)
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% overlap_count | correct | fold of unfold of ones
def overlap_count(height, width, kernel_height, kernel_width):
    ones = torch.ones(1, 1, height, width)
    kernel = (kernel_height, kernel_width)
    return F.fold(F.unfold(ones, kernel), (height, width), kernel)[0, 0].long()


# %% overlap_count | correct | one axis times the other
def overlap_count(height, width, kernel_height, kernel_width):
    def along(n, k):
        return [min(p + 1, n - p, k, n - k + 1) for p in range(n)]

    return np.outer(along(height, kernel_height), along(width, kernel_width))


# %% overlap_count | correct | pixel by pixel, nested lists
def overlap_count(height, width, kernel_height, kernel_width):
    def starts(p, n, k):
        return min(p, n - k) - max(0, p - k + 1) + 1

    return [
        [starts(i, height, kernel_height) * starts(j, width, kernel_width) for j in range(width)]
        for i in range(height)
    ]


# %% overlap_count | correct | a full convolution of ones
def overlap_count(height, width, kernel_height, kernel_width):
    down = np.convolve(np.ones(height - kernel_height + 1, int), np.ones(kernel_height, int))
    across = np.convolve(np.ones(width - kernel_width + 1, int), np.ones(kernel_width, int))
    return np.einsum("i,j->ij", down, across)


# %% overlap_count | M65 | every pixel read once
def overlap_count(height, width, kernel_height, kernel_width):
    return torch.ones(height, width, dtype=torch.int64)


# %% overlap_count | M84 | every pixel read by all taps
def overlap_count(height, width, kernel_height, kernel_width):
    return torch.full((height, width), kernel_height * kernel_width)


# %% overlap_count | M45 | kernel height and width exchanged
def overlap_count(height, width, kernel_width, kernel_height):
    count = torch.zeros(height, width, dtype=torch.int64)
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% overlap_count | M45 | height and width exchanged
def overlap_count(width, height, kernel_height, kernel_width):
    count = torch.zeros(height, width, dtype=torch.int64)
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% overlap_count | M05 | the last place of each axis forgotten
def overlap_count(height, width, kernel_height, kernel_width):
    count = torch.zeros(height, width, dtype=torch.int64)
    for i in range(height - kernel_height):
        for j in range(width - kernel_width):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% overlap_count | M80 | an output for every pixel, windows hanging over
def overlap_count(height, width, kernel_height, kernel_width):
    count = torch.zeros(height, width, dtype=torch.int64)
    for i in range(height):
        for j in range(width):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% overlap_count | M49 | kernels up to half of the image
def overlap_count(height, width, kernel_height, kernel_width):
    down = [min(p + 1, height - p, kernel_height) for p in range(height)]
    across = [min(p + 1, width - p, kernel_width) for p in range(width)]
    return torch.outer(torch.tensor(down), torch.tensor(across))


# %% overlap_count | M59 | windows counted by where they begin
def overlap_count(height, width, kernel_height, kernel_width):
    count = torch.zeros(height, width, dtype=torch.int64)
    count[: height - kernel_height + 1, : width - kernel_width + 1] = 1
    return count


# %% both_jacobians | correct | slices
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T, torch.stack([x[i : i + k] for i in range(n - k + 1)])


# %% both_jacobians | correct | index arithmetic
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    rows = torch.arange(n - k + 1)[:, None]
    tap = torch.arange(n) - rows
    inside = (tap >= 0) & (tap < k)
    T = torch.where(inside, weight[tap.clamp(0, k - 1)], torch.zeros((), dtype=weight.dtype))
    return [T, x[rows + torch.arange(k)]]


# %% both_jacobians | correct | nested lists
def both_jacobians(weight, x):
    w, x = weight.tolist(), x.tolist()
    rows = range(len(x) - len(w) + 1)
    T = [[0.0] * i + w + [0.0] * (len(x) - len(w) - i) for i in rows]
    return T, [x[i : i + len(w)] for i in rows]


# %% both_jacobians | correct | NumPy diagonals
def both_jacobians(weight, x):
    w, x = weight.numpy(), x.numpy()
    m = len(x) - len(w) + 1
    T = sum(w[t] * np.eye(m, len(x), k=t) for t in range(len(w)))
    X = np.stack([x[t : t + m] for t in range(len(w))], axis=1)
    return T, X


# %% both_jacobians | correct | pushing unit vectors through a sum of one's own
def both_jacobians(weight, x):
    def y(w, v):
        return sum(w[t] * v[t : t + len(v) - len(w) + 1] for t in range(len(w)))

    n, k = torch.eye(len(x), dtype=x.dtype), torch.eye(len(weight), dtype=x.dtype)
    dx = torch.stack([y(weight, e) for e in n], dim=1)
    return dx, torch.stack([y(e, x) for e in k], dim=1)


# %% both_jacobians | M88 | in the other order
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return torch.stack([x[i : i + k] for i in range(n - k + 1)]), T


# %% both_jacobians | M04 | both transposed
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T.T, torch.stack([x[i : i + k] for i in range(n - k + 1)]).T


# %% both_jacobians | M81 | gradients of the summed outputs
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T.sum(0), torch.stack([x[i : i + k] for i in range(n - k + 1)]).sum(0)


# %% both_jacobians | M01 | the kernel flipped
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight.flip(0)
    return T, torch.stack([x[i : i + k].flip(0) for i in range(n - k + 1)])


# %% both_jacobians | M64 | one matrix for both
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T, T


# %% both_jacobians | M57 | every entry of T is a weight of its own
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=x.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T, x.repeat(n - k + 1, 1)


# %% both_jacobians | M13 | three taps built in
def both_jacobians(weight, x):
    n = len(x)
    T = torch.zeros(n - 2, n, dtype=x.dtype)
    for i in range(n - 2):
        T[i, i : i + 3] = weight
    return T, torch.stack([x[i : i + 3] for i in range(n - 2)])


# %% both_jacobians | rule | autograd
def both_jacobians(weight, x):
    return torch.autograd.functional.jacobian(lambda w, v: conv1d(v, w), (weight, x))[::-1]


# %% storage | correct | products
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    return {"input": C * H * W, "columns": C * R * S * L, "matrix": O * L * C * H * W, "nonzero": O * L * C * R * S}


# %% storage | correct | counted by PyTorch
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


# %% storage | correct | NumPy integers and tensors
def storage(input_shape, weight_shape):
    places = np.prod([n - k + 1 for n, k in zip(input_shape[1:], weight_shape[2:])])
    size = torch.tensor(list(input_shape)).prod()
    taps = np.prod(weight_shape[1:])
    outputs = weight_shape[0] * places
    return {"input": size, "columns": taps * places, "matrix": outputs * size, "nonzero": outputs * taps}


# %% storage | correct | counting in loops
def storage(input_shape, weight_shape):
    (C, H, W), (O, _, R, S) = input_shape, weight_shape
    found = {"input": 0, "columns": 0, "matrix": 0, "nonzero": 0}
    found["input"] = len([0 for _ in range(C) for _ in range(H) for _ in range(W)])
    for _ in range(H - R + 1):
        for _ in range(W - S + 1):
            found["columns"] += C * R * S
            for _ in range(O):
                found["matrix"] += found["input"]
                found["nonzero"] += C * R * S
    return found


# %% storage | M51 | the matrix between input and input
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    n = C * H * W
    return {"input": n, "columns": C * R * S * L, "matrix": O * H * W * n, "nonzero": O * L * C * R * S}


# %% storage | M58 | output channels forgotten
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    return {"input": C * H * W, "columns": C * R * S * L, "matrix": L * C * H * W, "nonzero": L * C * R * S}


# %% storage | M58 | input channels forgotten
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    return {"input": H * W, "columns": R * S * L, "matrix": O * L * H * W, "nonzero": O * L * R * S}


# %% storage | M82 | columns hold what the image holds
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    n = C * H * W
    return {"input": n, "columns": n, "matrix": O * L * n, "nonzero": O * L * C * R * S}


# %% storage | M83 | columns once for each output channel
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    n = C * H * W
    return {"input": n, "columns": O * C * R * S * L, "matrix": O * L * n, "nonzero": O * L * C * R * S}


# %% storage | M59 | the parameters for the non-zeros
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    n = C * H * W
    return {"input": n, "columns": C * R * S * L, "matrix": O * L * n, "nonzero": O * C * R * S}


# %% storage | M64 | columns as many as the non-zeros, im2col taken for T
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    n = C * H * W
    return {"input": n, "columns": O * L * n, "matrix": O * L * n, "nonzero": O * L * C * R * S}


# %% storage | M45 | height and width of the kernel exchanged
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, S, R = weight_shape
    L = (H - R + 1) * (W - S + 1)
    return {"input": C * H * W, "columns": C * R * S * L, "matrix": O * L * C * H * W, "nonzero": O * L * C * R * S}


# %% storage | M05 | one output too few on each axis
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R) * (W - S)
    return {"input": C * H * W, "columns": C * R * S * L, "matrix": O * L * C * H * W, "nonzero": O * L * C * R * S}

# %% patches_1d | correct | diagonals of a sum of two ranges, torch.take
def patches_1d(x, k):
    n = x.numel()
    places = torch.add(*torch.meshgrid(torch.arange(n - k + 1), torch.arange(k), indexing="ij"))
    return torch.take(x, places)

# %% patches_1d | correct | rolled copies, then cut, by vstack in NumPy
import numpy as np
def patches_1d(x, k):
    a = np.array(x)
    return np.vstack([np.roll(a, -t) for t in range(k)]).T[: a.size - k + 1]

# %% im2col | correct | a generator of tuples, then np.column_stack
def im2col(x, kernel_height, kernel_width):
    a = np.array(x)
    down, across = a.shape[1] - kernel_height + 1, a.shape[2] - kernel_width + 1
    return np.column_stack([a[:, i : i + kernel_height, j : j + kernel_width].ravel() for i in range(down) for j in range(across)])

# %% im2col | correct | a list comprehension of rows of Python numbers, from tolist
def im2col(x, kernel_height, kernel_width):
    rows = []
    for channel in x.tolist():
        for r in range(kernel_height):
            for s in range(kernel_width):
                rows.append([channel[i + r][j + s] for i in range(len(channel) - kernel_height + 1) for j in range(len(channel[0]) - kernel_width + 1)])
    return rows

# %% conv2d_by_matmul | correct | torch.mm of views, unflatten, float64 inside
def conv2d_by_matmul(columns, weight, out_height, out_width):
    flat = torch.mm(weight.double().flatten(1), columns.double())
    return flat.to(weight.dtype).unflatten(1, (out_height, out_width))

# %% conv2d_by_matmul | correct | np.dot of arrays, nested lists out
def conv2d_by_matmul(columns, weight, out_height, out_width):
    w = np.array(weight)
    return np.dot(w.reshape(len(w), -1), np.array(columns)).reshape(len(w), out_height, out_width).tolist()

# %% col2im | correct | scatter_add along flat places
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    places = torch.arange(C * H * W).reshape(C, H, W)
    rows = [places[c, r : H - kernel_height + 1 + r, s : W - kernel_width + 1 + s].reshape(-1) for c in range(C) for r in range(kernel_height) for s in range(kernel_width)]
    return torch.zeros(C * H * W, dtype=columns.dtype).scatter_add(0, torch.cat(rows), columns.reshape(-1)).reshape(C, H, W)

# %% col2im | correct | np.bincount with weights
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    c, r, s, i, j = np.indices((C, kernel_height, kernel_width, H - kernel_height + 1, W - kernel_width + 1))
    flat = (c * H + i + r) * W + j + s
    return np.bincount(flat.ravel(), np.array(columns).ravel(), C * H * W).reshape(C, H, W)

# %% overlap_count | correct | broadcast comparison
def overlap_count(height, width, kernel_height, kernel_width):
    def axis(n, k):
        start, place = np.arange(n - k + 1)[:, None], np.arange(n)
        return ((start <= place) & (place < start + k)).sum(0)
    return np.outer(axis(height, kernel_height), axis(width, kernel_width))

# %% overlap_count | correct | cumulative sums of a difference image
def overlap_count(height, width, kernel_height, kernel_width):
    d = torch.zeros(height + 1, width + 1, dtype=torch.long)
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            d[i, j] += 1
            d[i + kernel_height, j + kernel_width] += 1
            d[i + kernel_height, j] -= 1
            d[i, j + kernel_width] -= 1
    return d.cumsum(0).cumsum(1)[:-1, :-1]

# %% both_jacobians | correct | sums of shifted eyes, a tuple of arrays
def both_jacobians(weight, x):
    w, s = np.array(weight), np.array(x)
    m = len(s) - len(w) + 1
    T = sum(w[t] * np.eye(m, len(s), t, dtype=w.dtype) for t in range(len(w)))
    return T, np.stack([s[t : t + m] for t in range(len(w))], axis=1)

# %% both_jacobians | correct | torch.cat of padded weights, a list
def both_jacobians(weight, x):
    n, k = x.shape[0], weight.shape[0]
    rows = [torch.cat([weight.new_zeros(i), weight, weight.new_zeros(n - k - i)]) for i in range(n - k + 1)]
    return [torch.stack(rows), torch.stack([x[t : n - k + 1 + t] for t in range(k)], -1)]

# %% storage | correct | np.prod of shapes, NumPy integers
def storage(input_shape, weight_shape):
    C, H, W = np.array(input_shape)
    out, _, R, S = np.array(weight_shape)
    places = np.prod(np.array([H, W]) - [R, S] + 1)
    taps = np.prod(weight_shape[1:])
    return dict(input=C * H * W, columns=taps * places, matrix=out * places * C * H * W, nonzero=out * places * taps)

# %% storage | correct | numel of empty tensors
def storage(input_shape, weight_shape):
    x, w = torch.empty(*input_shape), torch.empty(*weight_shape)
    y = torch.empty(w.shape[0], x.shape[1] - w.shape[2] + 1, x.shape[2] - w.shape[3] + 1)
    return {"nonzero": y.numel() * w[0].numel(), "matrix": y.numel() * x.numel(), "input": x.numel(), "columns": y[0].numel() * w[0].numel()}
