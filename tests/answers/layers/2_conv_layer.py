# %% output_size | correct | formula
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


# %% output_size | correct | counting starts
def output_size(n, k, stride=1, padding=0, dilation=1):
    count, start = 0, -padding
    while start + dilation * (k - 1) <= n + padding - 1:
        count += 1
        start += stride
    return count


# %% output_size | correct | the length of a range
def output_size(n, k, stride=1, padding=0, dilation=1):
    span = dilation * (k - 1) + 1
    return len(range(0, n + 2 * padding - span + 1, stride))


# %% output_size | correct | rounded up, in NumPy
def output_size(n, k, stride=1, padding=0, dilation=1):
    places = n + 2 * padding - dilation * (k - 1)
    return np.int64(np.ceil(places / stride))


# %% output_size | correct | a tensor's size
def output_size(n, k, stride=1, padding=0, dilation=1):
    x = torch.empty(n + 2 * padding)
    return torch.tensor(x.unfold(0, dilation * (k - 1) + 1, stride).shape[0])


# %% output_size | M05 | one too few
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride


# %% output_size | M19 | padding counted once
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + padding - dilation * (k - 1) - 1) // stride + 1


# %% output_size | M69 | rounded up
def output_size(n, k, stride=1, padding=0, dilation=1):
    return -(-(n + 2 * padding - dilation * (k - 1) - 1) // stride) + 1


# %% output_size | M69 | a fraction
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1


# %% output_size | M71 | the span is k * dilation
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * k) // stride + 1


# %% output_size | M71 | dilation has no effect
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - k) // stride + 1


# %% output_size | M68 | length divided by the stride
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding) // stride


# %% output_size | M68 | the stride is left out
def output_size(n, k, stride=1, padding=0, dilation=1):
    return n + 2 * padding - dilation * (k - 1)


# %% output_size | M31 | the padding is left out
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n - dilation * (k - 1) - 1) // stride + 1


# %% output_size | M45 | arguments in another order
def output_size(n, k, padding=0, stride=1, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


# %% strided | correct | a slice
def strided(T, stride):
    return T[::stride]


# %% strided | correct | a list of rows
def strided(T, stride):
    return [T[i] for i in range(0, len(T), stride)]


# %% strided | correct | rows of an identity, multiplied
def strided(T, stride):
    S = torch.eye(len(T), dtype=T.dtype)[::stride]
    return S @ T


# %% strided | correct | index_select
def strided(T, stride):
    return T.index_select(0, torch.arange(0, T.shape[0], stride))


# %% strided | correct | a mask, in NumPy
def strided(T, stride):
    return T.numpy()[np.arange(T.shape[0]) % stride == 0]


# %% strided | M70 | still Toeplitz: the first rows
def strided(T, stride):
    return T[: (len(T) - 1) // stride + 1]


# %% strided | M04 | columns instead of rows
def strided(T, stride):
    return T[:, ::stride]


# %% strided | M68 | rows and columns
def strided(T, stride):
    return T[::stride, ::stride]


# %% strided | M05 | begins at row stride - 1
def strided(T, stride):
    return T[stride - 1 :: stride]


# %% strided | M69 | the last, incomplete step is dropped
def strided(T, stride):
    return T[: len(T) // stride * stride : stride]


# %% strided | M13 | stride 2 built in
def strided(T, stride):
    return T[::2]


# %% dilate | correct | a slice with a step
def dilate(weight, dilation):
    longer = torch.zeros(dilation * (len(weight) - 1) + 1, dtype=weight.dtype)
    longer[::dilation] = weight
    return longer


# %% dilate | correct | a list
def dilate(weight, dilation):
    taps = []
    for t, tap in enumerate(weight.tolist()):
        if t > 0:
            taps += [0.0] * (dilation - 1)
        taps.append(tap)
    return taps


# %% dilate | correct | Kronecker product, cut off
def dilate(weight, dilation):
    unit = torch.zeros(dilation, dtype=weight.dtype)
    unit[0] = 1
    return torch.kron(weight, unit)[: dilation * (len(weight) - 1) + 1]


# %% dilate | correct | a matrix with zero columns, flattened
def dilate(weight, dilation):
    table = np.zeros((len(weight), dilation))
    table[:, 0] = weight.numpy()
    flat = table.reshape(-1)
    return flat[: len(flat) - dilation + 1]


# %% dilate | correct | scatter
def dilate(weight, dilation):
    k = weight.shape[0]
    out = weight.new_zeros(dilation * (k - 1) + 1)
    return out.scatter(0, torch.arange(k) * dilation, weight)


# %% dilate | M71 | k * dilation long
def dilate(weight, dilation):
    longer = torch.zeros(dilation * len(weight), dtype=weight.dtype)
    longer[::dilation] = weight
    return longer


# %% dilate | M71 | dilation zeros between
def dilate(weight, dilation):
    longer = torch.zeros((dilation + 1) * (len(weight) - 1) + 1, dtype=weight.dtype)
    longer[:: dilation + 1] = weight
    return longer


# %% dilate | M90 | every tap repeated
def dilate(weight, dilation):
    return weight.repeat_interleave(dilation)[: dilation * (len(weight) - 1) + 1]


# %% dilate | M01 | taps reversed
def dilate(weight, dilation):
    longer = torch.zeros(dilation * (len(weight) - 1) + 1, dtype=weight.dtype)
    longer[::dilation] = weight.flip(0)
    return longer


# %% dilate | M68 | taken for a stride
def dilate(weight, dilation):
    return weight[::dilation]


# %% dilate | M16 | float32 always
def dilate(weight, dilation):
    longer = torch.zeros(dilation * (len(weight) - 1) + 1)
    longer[::dilation] = weight.float()
    return longer


# %% dilate | M66 | the memory of a view
def dilate(weight, dilation):
    k = len(weight)
    longer = torch.zeros(dilation * (k - 1) + 1, dtype=weight.dtype)
    longer[::dilation] = weight.as_strided((k,), (1,))
    return longer


# %% dilate | M13 | three taps built in
def dilate(weight, dilation):
    longer = torch.zeros(dilation * 2 + 1, dtype=weight.dtype)
    longer[::dilation] = weight[:3]
    return longer


# %% tile | correct | two slices
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    return T[
        out_channel * rows : (out_channel + 1) * rows,
        in_channel * columns : (in_channel + 1) * columns,
    ]


# %% tile | correct | four axes
def tile(T, out_channel, in_channel, weight_shape):
    C_out, C_in = weight_shape[:2]
    return T.reshape(C_out, len(T) // C_out, C_in, -1)[out_channel, :, in_channel]


# %% tile | correct | chunks
def tile(T, out_channel, in_channel, weight_shape):
    return T.chunk(weight_shape[0], 0)[out_channel].chunk(weight_shape[1], 1)[in_channel]


# %% tile | correct | entry by entry
def tile(T, out_channel, in_channel, weight_shape):
    m, n = len(T) // weight_shape[0], len(T[0]) // weight_shape[1]
    return [
        [T[out_channel * m + i, in_channel * n + j].item() for j in range(n)] for i in range(m)
    ]


# %% tile | correct | selected by products with parts of identities
def tile(T, out_channel, in_channel, weight_shape):
    m, n = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    left = torch.eye(T.shape[0], dtype=T.dtype)[out_channel * m :][:m]
    right = torch.eye(T.shape[1], dtype=T.dtype)[in_channel * n :][:n]
    return left @ T @ right.T


# %% tile | correct | np.split
def tile(T, out_channel, in_channel, weight_shape):
    row = np.split(np.array(T), weight_shape[0])[out_channel]
    return np.split(row, weight_shape[1], axis=1)[in_channel]


# %% tile | M91 | channels exchanged
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    return T[in_channel * rows :, out_channel * columns :][:rows, :columns]


# %% tile | M91 | counts exchanged
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[1], T.shape[1] // weight_shape[0]
    return T[out_channel * rows :, in_channel * columns :][:rows, :columns]


# %% tile | M62 | channels last
def tile(T, out_channel, in_channel, weight_shape):
    return T[out_channel :: weight_shape[0], in_channel :: weight_shape[1]]


# %% tile | M61 | a reshape trusted to cut
def tile(T, out_channel, in_channel, weight_shape):
    C_out, C_in = weight_shape[:2]
    rows, columns = T.shape[0] // C_out, T.shape[1] // C_in
    return T.reshape(C_out, C_in, rows, columns)[out_channel, in_channel]


# %% tile | M73 | summed over the input channels
def tile(T, out_channel, in_channel, weight_shape):
    C_out, C_in = weight_shape[:2]
    return T.reshape(C_out, len(T) // C_out, C_in, -1)[out_channel].sum(1)


# %% tile | M05 | channels counted from 1
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    return T[(out_channel - 1) * rows :, (in_channel - 1) * columns :][:rows, :columns]


# %% tile | M13 | tiles of 4 x 6
def tile(T, out_channel, in_channel, weight_shape):
    return T[out_channel * 4 :, in_channel * 6 :][:4, :6]


# %% tile | M04 | transposed
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    return T[out_channel * rows :, in_channel * columns :][:rows, :columns].T


# %% conv_matrix | correct | loops over all entries
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def two(value):
        return (value, value) if isinstance(value, int) else tuple(value)

    s, p, d = two(stride), two(padding), two(dilation)
    C_out, C_group, R, S = weight.shape
    C_in, H, W = input_shape
    out_h = (H + 2 * p[0] - d[0] * (R - 1) - 1) // s[0] + 1
    out_w = (W + 2 * p[1] - d[1] * (S - 1) - 1) // s[1] + 1
    T = torch.zeros(C_out * out_h * out_w, C_in * H * W, dtype=weight.dtype)
    for o in range(C_out):
        for i in range(out_h):
            for j in range(out_w):
                for c in range(C_group):
                    channel = o // (C_out // groups) * C_group + c
                    for r in range(R):
                        for t in range(S):
                            row = i * s[0] - p[0] + r * d[0]
                            col = j * s[1] - p[1] + t * d[1]
                            if 0 <= row < H and 0 <= col < W:
                                T[
                                    (o * out_h + i) * out_w + j, (channel * H + row) * W + col
                                ] += weight[o, c, r, t]
    return T


# %% conv_matrix | correct | slices of the padded image, then cut
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    (s0, s1), (p0, p1), (d0, d1) = (
        v if isinstance(v, (tuple, list)) else (v, v) for v in (stride, padding, dilation)
    )
    C_out, C_group, R, S = weight.shape
    C_in, H, W = input_shape
    h, w = H + 2 * p0, W + 2 * p1
    tops = range(0, h - d0 * (R - 1), s0)
    lefts = range(0, w - d1 * (S - 1), s1)
    rows = []
    for o in range(C_out):
        g = o // (C_out // groups)
        for top in tops:
            for left in lefts:
                line = torch.zeros(C_in, h, w, dtype=weight.dtype)
                window = line[g * C_group : (g + 1) * C_group, top:, left:]
                window[:, : d0 * (R - 1) + 1 : d0, : d1 * (S - 1) + 1 : d1] = weight[o]
                rows.append(line[:, p0 : p0 + H, p1 : p1 + W].reshape(-1))
    return torch.stack(rows)


# %% conv_matrix | correct | Kronecker products of shifted identities, one per tap
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    pairs = [v if isinstance(v, (tuple, list)) else (v, v) for v in (stride, padding, dilation)]
    stride, padding, dilation = pairs

    def selected(axis, tap, k, n):
        longer = torch.eye(n + 2 * padding[axis], dtype=weight.dtype)
        m = (len(longer) - dilation[axis] * (k - 1) - 1) // stride[axis] + 1
        rows = longer[tap * dilation[axis] :][:: stride[axis]][:m]
        return rows[:, padding[axis] : padding[axis] + n]

    C_out, C_group, R, S = weight.shape
    C_in, H, W = input_shape
    full = torch.zeros(C_out, C_in, R, S, dtype=weight.dtype)
    for o in range(C_out):
        g = o // (C_out // groups)
        full[o, g * C_group : (g + 1) * C_group] = weight[o]
    T = 0
    for r in range(R):
        for t in range(S):
            place = torch.kron(selected(0, r, R, H), selected(1, t, S, W))
            T = T + torch.kron(full[:, :, r, t].contiguous(), place)
    return T


# %% conv_matrix | correct | index arithmetic in NumPy, scattered
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    stride, padding, dilation = (np.broadcast_to(v, 2) for v in (stride, padding, dilation))
    w = weight.numpy()
    (C_out, C_group, R, S), (C_in, H, W) = w.shape, input_shape
    out_h = (H + 2 * padding[0] - dilation[0] * (R - 1) - 1) // stride[0] + 1
    out_w = (W + 2 * padding[1] - dilation[1] * (S - 1) - 1) // stride[1] + 1
    o, i, j, c, r, s = np.indices((C_out, out_h, out_w, C_group, R, S))
    row = i * stride[0] - padding[0] + r * dilation[0]
    col = j * stride[1] - padding[1] + s * dilation[1]
    channel = o // (C_out // groups) * C_group + c
    inside = (row >= 0) & (row < H) & (col >= 0) & (col < W)
    T = np.zeros((C_out * out_h * out_w, C_in * H * W), dtype=w.dtype)
    places = ((o * out_h + i) * out_w + j)[inside], ((channel * H + row) * W + col)[inside]
    T[places] = w[o, c, r, s][inside]
    return T


# %% conv_matrix | correct | einsum of selections
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(v):
        return (v, v) if not hasattr(v, "__len__") else v

    def select(n, k, s, p, d):
        m = (n + 2 * p - d * (k - 1) - 1) // s + 1
        start = torch.arange(m)[:, None, None] * s - p
        reads = start + torch.arange(k)[:, None] * d  # (m, k, 1)
        return (reads == torch.arange(n)).to(weight.dtype)  # (m, k, n)

    C_in, H, W = input_shape
    C_out, C_group, R, S = weight.shape
    options = zip(pair(stride), pair(padding), pair(dilation))
    A, B = (select(n, k, *o) for n, k, o in zip((H, W), (R, S), options))
    member = torch.zeros(C_out, C_group, C_in, dtype=weight.dtype)
    for o in range(C_out):
        for c in range(C_group):
            member[o, c, o * groups // C_out * C_group + c] = 1
    T = torch.einsum("ocrs,irh,jsw,ocx->oijxhw", weight, A, B, member)
    return T.reshape(C_out * A.shape[0] * B.shape[0], -1)


# %% conv_matrix | correct | tiles of 1D blocks, as nested lists
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def both(v):
        return list(v) if isinstance(v, (list, tuple)) else [v, v]

    (s0, s1), (p0, p1), (d0, d1) = both(stride), both(padding), both(dilation)
    w = weight.tolist()
    C_out, C_group, R, S = weight.shape
    C_in, H, W = input_shape
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1

    def entry(o, i, j, channel, row, col):
        c = channel - o // (C_out // groups) * C_group
        r, r_rest = divmod(row - i * s0 + p0, d0)
        s, s_rest = divmod(col - j * s1 + p1, d1)
        fits = 0 <= c < C_group and 0 <= r < R and 0 <= s < S
        return w[o][c][r][s] if fits and r_rest == s_rest == 0 else 0.0

    outputs = [(o, i, j) for o in range(C_out) for i in range(out_h) for j in range(out_w)]
    inputs = [(c, y, x) for c in range(C_in) for y in range(H) for x in range(W)]
    return [[entry(*out, *place) for place in inputs] for out in outputs]


# %% conv_matrix | rule | impulses through F.conv2d
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    places = int(np.prod(input_shape))
    x = torch.eye(places, dtype=weight.dtype).reshape(places, *input_shape)
    return F.conv2d(x, weight, None, stride, padding, dilation, groups).flatten(1).T


# %% conv_matrix | rule | the given function
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    return layer_matrix(weight, input_shape, stride, padding, dilation, groups)


# %% conv_matrix | rule | unfold of an identity
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    n = int(np.prod(input_shape))
    x = torch.eye(n, dtype=weight.dtype).reshape(n, *input_shape)
    columns = F.unfold(x, weight.shape[2:], dilation, padding, stride)
    columns = columns.reshape(n, groups, -1, columns.shape[-1])
    rows = weight.reshape(groups, len(weight) // groups, -1)
    return torch.einsum("gok, ngkl -> ngol", rows, columns).reshape(n, -1).T


# %% conv_matrix | M01 | kernel turned by half a turn
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o].flip(1, 2)
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M46 | kernel flipped left to right
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o].flip(2)
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M04 | transposed
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W).T


# %% conv_matrix | M31 | acts on the padded image
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    return T.reshape(C_out * out_h * out_w, -1)


# %% conv_matrix | M45 | pairs the other way round
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s1, s0), (p1, p0), (d1, d0) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M45 | height and width exchanged
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, W, H) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M49 | the first of a pair for both axes
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return (option[0], option[0]) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M68 | the stride is left out
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = (1, 1), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M68 | the stride shortens the output only
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i, i + d0 * (R - 1) + 1, d0)
                columns = slice(j, j + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M71 | the dilation is left out
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), (1, 1)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M19 | padding on one side
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W][:, : (H + p0 - d0 * (R - 1) - 1) // s0 + 1, : (W + p1 - d1 * (S - 1) - 1) // s1 + 1]
    return T.reshape(-1, C_in * H * W)


# %% conv_matrix | M31 | the padding is left out
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), (0, 0), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M62 | channels last in the columns
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.permute(0, 1, 2, 4, 5, 3).reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M62 | channels last in the rows
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.permute(1, 2, 0, 3, 4, 5).reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M43 | outputs numbered down the columns
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.transpose(1, 2).reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M43 | pixels numbered down the columns
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.transpose(4, 5).reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M92 | groups are left out
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = 0
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M92 | groups dealt like cards
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o % groups * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M92 | a group for every output channel
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o * C_group % C_in
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M73 | only the first input channel
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first, rows, columns] = weight[o, 0]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M16 | float32 always
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=torch.float32)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M48 | not folded into a matrix
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T


# %% conv_matrix | M05 | one row of outputs too few
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M06 | the last column of taps is left out
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o] * (torch.arange(S) < S - 1)
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M69 | the stride has to divide
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) / s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M18 | always padded to the same size
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), (R // 2, S // 2), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M13 | the sizes of the picture
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, (2, 2, 3)
    (s0, s1), (p0, p1), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_matrix | M25 | padding of rows and columns exchanged
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def pair(option):
        return tuple(option) if isinstance(option, (tuple, list)) else (option, option)

    (C_out, C_group, R, S), (C_in, H, W) = weight.shape, input_shape
    (s0, s1), (p1, p0), (d0, d1) = pair(stride), pair(padding), pair(dilation)
    out_h = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1
    out_w = (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    T = torch.zeros(C_out, out_h, out_w, C_in, H + 2 * p0, W + 2 * p1, dtype=weight.dtype)
    for o in range(C_out):
        first = o // (C_out // groups) * C_group
        for i in range(out_h):
            for j in range(out_w):
                rows = slice(i * s0, i * s0 + d0 * (R - 1) + 1, d0)
                columns = slice(j * s1, j * s1 + d1 * (S - 1) + 1, d1)
                T[o, i, j, first : first + C_group, rows, columns] = weight[o]
    T = T[..., p0 : p0 + H, p1 : p1 + W]
    return T.reshape(C_out * out_h * out_w, C_in * H * W)


# %% conv_affine | correct | repeat_interleave
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(weight.shape[0], dtype=weight.dtype)
    return A, bias.repeat_interleave(A.shape[0] // weight.shape[0])


# %% conv_affine | correct | the output for zeros
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    zeros = torch.zeros(1, *input_shape, dtype=weight.dtype)
    b = F.conv2d(zeros, weight, bias, stride, padding).flatten()
    return layer_matrix(weight, input_shape, stride, padding), b


# %% conv_affine | correct | np.repeat, a list of two
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    values = np.zeros(len(weight)) if bias is None else bias.numpy()
    return [A.numpy(), np.repeat(values, len(A) // len(weight))]


# %% conv_affine | correct | expand and flatten
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    b = torch.zeros(len(A), dtype=weight.dtype).reshape(len(weight), -1)
    if bias is not None:
        b = b + bias[:, None]
    return (A, b.reshape(-1))


# %% conv_affine | correct | plain lists
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding).tolist()
    places = len(A) // weight.shape[0]
    b = []
    for o in range(weight.shape[0]):
        b += [0.0 if bias is None else bias[o].item()] * places
    return A, b


# %% conv_affine | correct | own conv_matrix, impulses one by one
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    def f(x):
        return F.conv2d(x[None], weight, bias, stride, padding).reshape(-1)

    b = f(torch.zeros(*input_shape, dtype=weight.dtype))
    columns = [f(e.reshape(*input_shape)) - b for e in torch.eye(b.new_zeros(*input_shape).numel(), dtype=weight.dtype)]
    return torch.stack(columns, 1), b


# %% conv_affine | M93 | the biases in turn
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    return A, bias.repeat(len(A) // len(bias))


# %% conv_affine | M54 | one bias per channel, not per output
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    return A, torch.zeros(len(weight), dtype=weight.dtype) if bias is None else bias


# %% conv_affine | M12 | the layer is linear
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    return A, torch.zeros(len(A), dtype=weight.dtype)


# %% conv_affine | M12 | the bias in every column of A
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    b = bias.repeat_interleave(len(A) // len(bias))
    return A + b[:, None], b


# %% conv_affine | M54 | the bias added once per tap
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    return A, bias.repeat_interleave(len(A) // len(bias)) * weight[0].numel()


# %% conv_affine | M12 | None stays None
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    return A, None if bias is None else bias.repeat_interleave(len(A) // len(bias))


# %% conv_affine | M68 | options are left out
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    return A, bias.repeat_interleave(len(A) // len(bias))


# %% conv_affine | M48 | b keeps the shape of the map
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    zeros = torch.zeros(1, *input_shape, dtype=weight.dtype)
    return A, F.conv2d(zeros, weight, bias, stride, padding)[0]


# %% conv_affine | M16 | float32 always
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight.float(), input_shape, stride, padding)
    bias = torch.zeros(len(weight)) if bias is None else bias.float()
    return A, bias.repeat_interleave(len(A) // len(bias))


# %% conv_affine | M04 | the pair the other way round
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    return bias.repeat_interleave(len(A) // len(bias)), A


# %% batch_outputs | correct | one image per row
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = x.flatten(1) @ A.T + b
    return y.reshape(-1, out_channels, out_height, out_width)


# %% batch_outputs | correct | a loop over images
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    outputs = []
    for image in x:
        y = A @ image.reshape(-1) + b
        outputs.append(y.reshape(out_channels, out_height, out_width))
    return torch.stack(outputs)


# %% batch_outputs | correct | columns, transposed back
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    columns = x.reshape(len(x), -1).T
    y = A @ columns + b[:, None]
    return y.T.reshape(len(x), out_channels, out_height, out_width)


# %% batch_outputs | correct | einsum
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = torch.einsum("oi,ni->no", A, x.reshape(x.shape[0], -1)) + b
    return y.unflatten(1, (out_channels, out_height, out_width))


# %% batch_outputs | correct | NumPy, nested lists
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    flat = np.array(x).reshape(len(x), -1)
    y = np.stack([np.array(A).dot(v) + np.array(b) for v in flat])
    return y.reshape(len(x), out_channels, out_height, out_width).tolist()


# %% batch_outputs | correct | F.linear
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return F.linear(x.flatten(1), A, b).view(len(x), out_channels, out_height, out_width)


# %% batch_outputs | M67 | reshaped to columns
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = A @ x.reshape(-1, len(x)) + b[:, None]
    return y.T.reshape(len(x), out_channels, out_height, out_width)


# %% batch_outputs | M67 | reshaped to columns, and back
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = A @ x.reshape(-1, len(x)) + b[:, None]
    return y.reshape(len(x), out_channels, out_height, out_width)


# %% batch_outputs | M67 | outputs reshaped without a transpose
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = A @ x.reshape(len(x), -1).T + b[:, None]
    return y.reshape(len(x), out_channels, out_height, out_width)


# %% batch_outputs | M67 | only the first image
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = A @ x[0].reshape(-1) + b
    return y.reshape(1, out_channels, out_height, out_width)


# %% batch_outputs | M67 | the first image for all
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = A @ x[0].reshape(-1) + b
    return y.reshape(1, out_channels, out_height, out_width).repeat(len(x), 1, 1, 1)


# %% batch_outputs | M67 | one image only
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return (A @ x.reshape(-1) + b).reshape(1, out_channels, out_height, out_width)


# %% batch_outputs | M12 | without b
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return (x.flatten(1) @ A.T).reshape(len(x), out_channels, out_height, out_width)


# %% batch_outputs | M48 | not folded
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return x.flatten(1) @ A.T + b


# %% batch_outputs | M45 | height and width exchanged
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return (x.flatten(1) @ A.T + b).reshape(len(x), out_channels, out_width, out_height)


# %% batch_outputs | M62 | channels last in the outputs
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = (x.flatten(1) @ A.T + b).reshape(len(x), out_height, out_width, out_channels)
    return y.permute(0, 3, 1, 2)


# %% batch_outputs | M16 | float32 always
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = x.flatten(1).float() @ A.T.float() + b.float()
    return y.reshape(len(x), out_channels, out_height, out_width)


# %% batch_outputs | M66 | the memory of a view
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    flat = x.as_strided((len(x), x[0].numel()), (x[0].numel(), 1))
    return (flat @ A.T + b).reshape(len(x), out_channels, out_height, out_width)


# %% unread_inputs | correct | crossing off
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    unread = {(row, col) for row in range(height) for col in range(width)}
    for top in range(0, height - kernel_height + 1, stride):
        for left in range(0, width - kernel_width + 1, stride):
            for r in range(kernel_height):
                for s in range(kernel_width):
                    unread.discard((top + r, left + s))
    return unread


# %% unread_inputs | correct | rows or columns
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n - k + 1, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_width)
    return {
        (r, c) for r in range(height) for c in range(width) if r not in rows or c not in cols
    }


# %% unread_inputs | correct | a formula
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def unread(i, n, k):
        last = (n - k) // stride * stride  # where the last window starts
        return i >= last + k or (i % stride >= k)

    return {
        (r, c)
        for r in range(height)
        for c in range(width)
        if unread(r, height, kernel_height) or unread(c, width, kernel_width)
    }


# %% unread_inputs | correct | zero columns of the matrix
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    T = layer_matrix(torch.ones(1, 1, kernel_height, kernel_width), (1, height, width), stride)
    return {divmod(j, width) for j in range(height * width) if not T[:, j].any()}


# %% unread_inputs | correct | a count in NumPy, NumPy integers
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    readers = np.zeros((height, width), dtype=int)
    for top in np.arange(0, height - kernel_height + 1, stride):
        for left in np.arange(0, width - kernel_width + 1, stride):
            readers[top : top + kernel_height, left : left + kernel_width] += 1
    return set(zip(*np.nonzero(readers == 0)))


# %% unread_inputs | correct | autograd
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    x = torch.ones(1, 1, height, width, requires_grad=True)
    F.conv2d(x, torch.ones(1, 1, kernel_height, kernel_width), stride=stride).sum().backward()
    return frozenset(map(tuple, torch.argwhere(x.grad[0, 0] == 0).tolist()))


# %% unread_inputs | M95 | the rest at the edges only
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def end(n, k):
        return (n - k) // stride * stride + k

    return {
        (r, c)
        for r in range(height)
        for c in range(width)
        if r >= end(height, kernel_height) or c >= end(width, kernel_width)
    }


# %% unread_inputs | M95 | the holes only
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    return {
        (r, c)
        for r in range(height)
        for c in range(width)
        if r % stride >= kernel_height or c % stride >= kernel_width
    }


# %% unread_inputs | M96 | row and column both unread
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n - k + 1, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_width)
    return {
        (r, c) for r in range(height) for c in range(width) if r not in rows and c not in cols
    }


# %% unread_inputs | M96 | those that are read
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    return {
        (top + r, left + s)
        for top in range(0, height - kernel_height + 1, stride)
        for left in range(0, width - kernel_width + 1, stride)
        for r in range(kernel_height)
        for s in range(kernel_width)
    }


# %% unread_inputs | M45 | (col, row)
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n - k + 1, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_width)
    return {
        (c, r) for r in range(height) for c in range(width) if r not in rows or c not in cols
    }


# %% unread_inputs | M49 | square kernels
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n - k + 1, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_height)
    return {
        (r, c) for r in range(height) for c in range(width) if r not in rows or c not in cols
    }


# %% unread_inputs | M05 | one start too few
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n - k, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_width)
    return {
        (r, c) for r in range(height) for c in range(width) if r not in rows or c not in cols
    }


# %% unread_inputs | M95 | windows that hang over the edge count
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_width)
    return {
        (r, c) for r in range(height) for c in range(width) if r not in rows or c not in cols
    }


# %% unread_inputs | M96 | how many
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    read = np.zeros((height, width))
    for top in range(0, height - kernel_height + 1, stride):
        for left in range(0, width - kernel_width + 1, stride):
            read[top : top + kernel_height, left : left + kernel_width] = 1
    return int((read == 0).sum())


# %% unread_inputs | M95 | nothing is ever left out
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    return set()


# %% receptive_field | correct | two numbers, forwards
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        field += (k - 1) * dilation * step
        step *= stride
    return field


# %% receptive_field | correct | backwards
def receptive_field(layers):
    field = 1
    for k, stride, dilation in layers[::-1]:
        field = (field - 1) * stride + dilation * (k - 1) + 1
    return field


# %% receptive_field | correct | sets of places
def receptive_field(layers):
    places = {0}
    for k, stride, dilation in reversed(layers):
        places = {p * stride + t * dilation for p in places for t in range(k)}
    return max(places) - min(places) + 1


# %% receptive_field | correct | one sum with products
def receptive_field(layers):
    strides = [stride for _, stride, _ in layers]
    return 1 + sum(
        d * (k - 1) * np.prod(strides[:i], dtype=int) for i, (k, _, d) in enumerate(layers)
    )


# %% receptive_field | correct | recursion
def receptive_field(layers):
    if not layers:
        return 1
    (k, stride, dilation), *rest = layers
    return dilation * (k - 1) + stride * (receptive_field(rest) - 1) + 1


# %% receptive_field | correct | measured by autograd
def receptive_field(layers):
    x = torch.ones(1, 1, 2000, dtype=torch.float64, requires_grad=True)
    y = x
    for k, stride, dilation in layers:
        weight = torch.ones(1, 1, k, dtype=torch.float64)
        y = F.conv1d(y, weight, stride=stride, dilation=dilation)
    y[0, 0, 0].backward()
    reads = x.grad[0, 0].nonzero()
    return reads.max() - reads.min() + 1


# %% receptive_field | M94 | strides without effect
def receptive_field(layers):
    return 1 + sum(d * (k - 1) for k, _, d in layers)


# %% receptive_field | M94 | a layer's own stride counts
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        step *= stride
        field += (k - 1) * dilation * step
    return field


# %% receptive_field | M94 | strides of the later layers
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in reversed(layers):
        field += (k - 1) * dilation * step
        step *= stride
    return field


# %% receptive_field | M94 | only the stride just before
def receptive_field(layers):
    field, before = 1, 1
    for k, stride, dilation in layers:
        field += (k - 1) * dilation * before
        before = stride
    return field


# %% receptive_field | M94 | strides added
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        field += (k - 1) * dilation * step
        step += stride - 1
    return field


# %% receptive_field | M97 | kernels added up
def receptive_field(layers):
    field, step = 0, 1
    for k, stride, dilation in layers:
        field += (dilation * (k - 1) + 1) * step
        step *= stride
    return field


# %% receptive_field | M97 | kernels multiplied
def receptive_field(layers):
    field = 1
    for k, stride, dilation in layers:
        field *= dilation * (k - 1) + 1
    return field


# %% receptive_field | M71 | the span is k * dilation
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        field += (k * dilation - 1) * step
        step *= stride
    return field


# %% receptive_field | M71 | the dilation is left out
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        field += (k - 1) * step
        step *= stride
    return field


# %% receptive_field | M98 | holes are not counted
def receptive_field(layers):
    places = {0}
    for k, stride, dilation in reversed(layers):
        places = {p * stride + t * dilation for p in places for t in range(k)}
    return len(places)


# %% receptive_field | M05 | the distance instead of the number
def receptive_field(layers):
    field, step = 0, 1
    for k, stride, dilation in layers:
        field += (k - 1) * dilation * step
        step *= stride
    return field


# %% read_layer | correct | typed
read_layer = {
    "a": {"kernel_size": 3, "stride": 1, "padding": 1, "dilation": 1, "groups": 1},
    "b": {"kernel_size": 4, "stride": 3, "padding": 2, "dilation": 1, "groups": 1},
    "c": {"kernel_size": 3, "stride": 1, "padding": 2, "dilation": 3, "groups": 1},
    "d": {"kernel_size": 2, "stride": 1, "padding": 1, "dilation": 1, "groups": 2},
    "e": {"kernel_size": 3, "stride": 2, "padding": 3, "dilation": 2, "groups": 2},
}

# %% read_layer | correct | from a table, another order
table = np.array([[3, 1, 1, 1, 1], [4, 3, 2, 1, 1], [3, 1, 2, 3, 1], [2, 1, 1, 1, 2], [3, 2, 3, 2, 2]])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys[::-1], row[::-1])) for letter, row in zip("edcba", table[::-1])}

# %% read_layer | correct | defaults, changed
plain = dict(kernel_size=3, stride=1, padding=0, dilation=1, groups=1)
read_layer = dict(
    a={**plain, "padding": 1},
    b={**plain, "kernel_size": 4, "stride": 3, "padding": 2},
    c={**plain, "padding": 2, "dilation": 3},
    d={**plain, "kernel_size": 2, "padding": 1, "groups": 2},
    e={**plain, "stride": 2, "padding": 3, "dilation": 2, "groups": 2},
)

# %% read_layer | correct | tensors as numbers
rows = dict(a="31111", b="43211", c="31231", d="21112", e="32322")
keys = "kernel_size stride padding dilation groups".split()
read_layer = {
    letter: {key: torch.tensor(int(n)) for key, n in zip(keys, text)} for letter, text in rows.items()
}

# %% read_layer | M71 | the span taken for the kernel
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 3, 2, 1, 1], c=[7, 1, 2, 1, 1], d=[2, 1, 1, 1, 2], e=[5, 2, 3, 1, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M98 | gaps counted for the dilation
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 3, 2, 1, 1], c=[3, 1, 2, 2, 1], d=[2, 1, 1, 1, 2], e=[3, 2, 3, 1, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M92 | groups for channels
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 3, 2, 1, 1], c=[3, 1, 2, 3, 1], d=[2, 1, 1, 1, 4], e=[3, 2, 3, 2, 1])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M19 | padding in total
rows = dict(a=[3, 1, 2, 1, 1], b=[4, 3, 4, 1, 1], c=[3, 1, 4, 3, 1], d=[2, 1, 2, 1, 2], e=[3, 2, 6, 2, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M31 | no padding seen
rows = dict(a=[3, 1, 0, 1, 1], b=[4, 3, 0, 1, 1], c=[3, 1, 0, 3, 1], d=[2, 1, 0, 1, 2], e=[3, 2, 0, 2, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M68 | stride 1 everywhere
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 1, 2, 1, 1], c=[3, 1, 2, 3, 1], d=[2, 1, 1, 1, 2], e=[3, 1, 3, 2, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M06 | the kernel of row 0
rows = dict(a=[2, 1, 1, 1, 1], b=[2, 3, 2, 1, 1], c=[3, 1, 2, 3, 1], d=[1, 1, 1, 1, 2], e=[1, 2, 3, 2, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | M13 | one layer for all
read_layer = {letter: dict(kernel_size=3, stride=1, padding=1, dilation=1, groups=1) for letter in "abcde"}

# %% read_layer | M48 | tuples instead of dicts
read_layer = {"a": (3, 1, 1, 1, 1), "b": (4, 3, 2, 1, 1), "c": (3, 1, 2, 3, 1), "d": (2, 1, 1, 1, 2), "e": (3, 2, 3, 2, 2)}

# %% output_size | correct | divmod, keyword order
def output_size(n, k, stride=1, padding=0, dilation=1):
    whole, _ = divmod(n + 2 * padding - dilation * (k - 1) - 1, stride)
    return whole + 1

# %% output_size | correct | floor of a torch division, a 0-d tensor
def output_size(n, k, stride=1, padding=0, dilation=1):
    room = torch.tensor(n + 2 * padding - dilation * (k - 1) - 1)
    return torch.div(room, stride, rounding_mode="floor") + 1

# %% strided | correct | torch.stack of chosen rows by modulo, tuple
def strided(T, stride):
    return torch.stack(tuple(row for i, row in enumerate(T) if not i % stride))

# %% strided | correct | np.take on an array
def strided(T, stride):
    a = np.asarray(T)
    return np.take(a, range(0, a.shape[0], stride), axis=0)

# %% dilate | correct | F.pad of a column, cut
def dilate(weight, dilation):
    table = F.pad(weight[:, None], (0, dilation - 1))
    return table.flatten()[: dilation * (len(weight) - 1) + 1]

# %% dilate | correct | np.insert of zeros
def dilate(weight, dilation):
    w = np.array(weight)
    return np.insert(w, np.repeat(np.arange(1, len(w)), dilation - 1), 0)

# %% tile | correct | np.hsplit and vsplit, a list
def tile(T, out_channel, in_channel, weight_shape):
    return np.hsplit(np.vsplit(np.array(T), weight_shape[0])[out_channel], weight_shape[1])[in_channel].tolist()

# %% tile | correct | narrow
def tile(T, out_channel, in_channel, weight_shape):
    h, w = T.size(0) // weight_shape[0], T.size(1) // weight_shape[1]
    return T.narrow(0, out_channel * h, h).narrow(1, in_channel * w, w)

# %% conv_matrix | correct | a dictionary of entries, filled into lists
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def two(v):
        return (v, v) if isinstance(v, int) else v
    O, I, R, S = weight.shape
    C, H, W = input_shape
    (a, b), (p, q), (d, e) = two(stride), two(padding), two(dilation)
    h = (H + 2 * p - d * (R - 1) - 1) // a + 1
    w = (W + 2 * q - e * (S - 1) - 1) // b + 1
    entries = {}
    for o in range(O):
        g = o * groups // O
        for c in range(I):
            for r in range(R):
                for s in range(S):
                    for i in range(h):
                        for j in range(w):
                            y, x = a * i + d * r - p, b * j + e * s - q
                            if 0 <= y < H and 0 <= x < W:
                                entries[(o * h + i) * w + j, ((g * I + c) * H + y) * W + x] = weight[o, c, r, s].item()
    T = torch.zeros(O * h * w, C * H * W, dtype=weight.dtype)
    for place, value in entries.items():
        T[place] = value
    return T

# %% conv_matrix | correct | a sparse COO tensor, made dense
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    (s0, s1), (p0, p1), (d0, d1) = (np.broadcast_to(v, 2) for v in (stride, padding, dilation))
    O, I, R, S = weight.shape
    C, H, W = input_shape
    h, w = (H + 2 * p0 - d0 * (R - 1) - 1) // s0 + 1, (W + 2 * p1 - d1 * (S - 1) - 1) // s1 + 1
    o, c, r, s, i, j = (torch.from_numpy(v.copy()) for v in np.indices((O, I, R, S, int(h), int(w))))
    y, x = i * int(s0) + r * int(d0) - int(p0), j * int(s1) + s * int(d1) - int(p1)
    ok = (y >= 0) & (y < H) & (x >= 0) & (x < W)
    row = (o * int(h) + i) * int(w) + j
    col = ((o // (O // groups) * I + c) * H + y) * W + x
    values = weight[o, c, r, s]
    return torch.sparse_coo_tensor(torch.stack([row[ok], col[ok]]), values[ok], (O * int(h) * int(w), C * H * W)).to_dense()

# %% conv_affine | correct | Kronecker product with ones
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    bias = weight.new_zeros(weight.size(0)) if bias is None else bias
    return A, torch.kron(bias, torch.ones(A.size(0) // bias.size(0), dtype=bias.dtype))

# %% conv_affine | correct | NumPy tile and transpose
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = np.array(layer_matrix(weight, input_shape, stride, padding))
    b = np.zeros(len(weight)) if bias is None else np.array(bias)
    return [A, np.tile(b, (len(A) // len(b), 1)).T.ravel()]

# %% batch_outputs | correct | torch.addmm
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return torch.addmm(b, x.flatten(1), A.t()).unflatten(1, (out_channels, out_height, out_width))

# %% batch_outputs | correct | matmul broadcast over columns of one image each
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    columns = x.reshape(x.shape[0], -1, 1)
    return torch.matmul(A, columns).squeeze(-1).add(b).view(-1, out_channels, out_height, out_width)

# %% unread_inputs | correct | set of all minus product of axes, itertools
import itertools
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {i + t for i in range(0, n - k + 1, stride) for t in range(k)}
    everything = set(itertools.product(range(height), range(width)))
    return everything - set(itertools.product(read(height, kernel_height), read(width, kernel_width)))

# %% unread_inputs | correct | a boolean mask in torch, nonzero
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    mask = torch.ones(height, width, dtype=torch.bool)
    for i in range(0, height - kernel_height + 1, stride):
        for j in range(0, width - kernel_width + 1, stride):
            mask[i : i + kernel_height, j : j + kernel_width] = False
    return set(map(tuple, mask.nonzero().tolist()))

# %% receptive_field | correct | functools.reduce backwards
from functools import reduce
def receptive_field(layers):
    return reduce(lambda f, layer: (f - 1) * layer[1] + layer[2] * (layer[0] - 1) + 1, list(layers)[::-1], 1)

# %% receptive_field | correct | product of matrices, first row
def receptive_field(layers):
    n = 1
    for k, s, d in reversed(layers):
        n = (n - 1) * s + d * (k - 1) + 1
    M = torch.eye(n)
    for k, s, d in layers:
        out = (len(M) - d * (k - 1) - 1) // s + 1
        M = torch.stack([M[i * s : i * s + d * (k - 1) + 1 : d].sum(0) for i in range(out)])
    reads = M[0].nonzero().flatten()
    return reads[-1] - reads[0] + 1

# %% read_layer | correct | parsed from a text table
text = """a 3 1 1 1 1
b 4 3 2 1 1
c 3 1 2 3 1
d 2 1 1 1 2
e 3 2 3 2 2"""
read_layer = {}
for line in text.splitlines():
    letter, *numbers = line.split()
    read_layer[letter] = {name: int(v) for name, v in zip(("kernel_size", "stride", "padding", "dilation", "groups"), numbers)}

# %% read_layer | correct | layers of PyTorch, read out
made = {
    "a": torch.nn.Conv1d(2, 3, 3, padding=1), "b": torch.nn.Conv1d(1, 2, 4, stride=3, padding=2),
    "c": torch.nn.Conv1d(1, 1, 3, padding=2, dilation=3), "d": torch.nn.Conv1d(4, 2, 2, padding=1, groups=2),
    "e": torch.nn.Conv1d(2, 2, 3, stride=2, padding=3, dilation=2, groups=2),
}
read_layer = {k: dict(kernel_size=m.kernel_size[0], stride=m.stride[0], padding=m.padding[0], dilation=m.dilation[0], groups=m.groups) for k, m in made.items()}
