# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% output_size | counting starts
def output_size(n, k, stride=1, padding=0, dilation=1):
    count, start = 0, -padding
    while start + dilation * (k - 1) <= n + padding - 1:
        count += 1
        start += stride
    return count

# %% strided | rows of an identity, multiplied
def strided(T, stride):
    S = torch.eye(len(T), dtype=T.dtype)[::stride]
    return S @ T

# %% dilate | a list
def dilate(weight, dilation):
    taps = []
    for t, tap in enumerate(weight.tolist()):
        if t > 0:
            taps += [0.0] * (dilation - 1)
        taps.append(tap)
    return taps

# %% tile | four axes
def tile(T, out_channel, in_channel, weight_shape):
    C_out, C_in = weight_shape[:2]
    return T.reshape(C_out, len(T) // C_out, C_in, -1)[out_channel, :, in_channel]

# %% conv_matrix | Kronecker products of shifted identities, one per tap
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

# %% conv_affine | the output for zeros
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    zeros = torch.zeros(1, *input_shape, dtype=weight.dtype)
    b = F.conv2d(zeros, weight, bias, stride, padding).flatten()
    return layer_matrix(weight, input_shape, stride, padding), b

# %% batch_outputs | one image per row
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = x.flatten(1) @ A.T + b
    return y.reshape(-1, out_channels, out_height, out_width)

# %% unread_inputs | rows or columns
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    def read(n, k):
        return {start + t for start in range(0, n - k + 1, stride) for t in range(k)}

    rows, cols = read(height, kernel_height), read(width, kernel_width)
    return {
        (r, c) for r in range(height) for c in range(width) if r not in rows or c not in cols
    }

# %% receptive_field | two numbers, forwards
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        field += (k - 1) * dilation * step
        step *= stride
    return field

# %% read_layer | typed
read_layer = {
    "a": {"kernel_size": 3, "stride": 1, "padding": 1, "dilation": 1, "groups": 1},
    "b": {"kernel_size": 4, "stride": 3, "padding": 2, "dilation": 1, "groups": 1},
    "c": {"kernel_size": 3, "stride": 1, "padding": 2, "dilation": 3, "groups": 1},
    "d": {"kernel_size": 2, "stride": 1, "padding": 1, "dilation": 1, "groups": 2},
    "e": {"kernel_size": 3, "stride": 2, "padding": 3, "dilation": 2, "groups": 2},
}
