# %% patches_1d | - | zeros only
def patches_1d(x, k):
    return torch.zeros(len(x) - k + 1, k, dtype=x.dtype)


# %% patches_1d | - | return inside the loop
def patches_1d(x, k):
    X = torch.zeros(len(x) - k + 1, k, dtype=x.dtype)
    for i in range(len(x) - k + 1):
        X[i] = x[i : i + k]
        return X


# %% patches_1d | - | the signal above instead of the argument
def patches_1d(x, k):
    return torch.stack([signal[i : i + k] for i in range(len(signal) - k + 1)])


# %% patches_1d | - | windows side by side, without overlap
def patches_1d(x, k):
    return x[: len(x) // k * k].reshape(-1, k)


# %% patches_1d | M07 | one list, appended once too often
def patches_1d(x, k):
    X, window = [], []
    for i in range(len(x) - k + 1):
        for t in range(k):
            window.append(float(x[i + t]))
        X.append(window[:k])
    return X


# %% patches_1d | - | minus for plus
def patches_1d(x, k):
    return torch.stack([torch.stack([x[i - t] for t in range(k)]) for i in range(len(x) - k + 1)])


# %% im2col | - | zeros only
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    return torch.zeros(
        C * kernel_height * kernel_width, (H - kernel_height + 1) * (W - kernel_width + 1)
    )


# %% im2col | - | the same block in every column
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    outputs = (H - kernel_height + 1) * (W - kernel_width + 1)
    block = x[:, :kernel_height, :kernel_width].reshape(-1, 1)
    return block.expand(-1, outputs)


# %% im2col | - | blocks go down only
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    columns = []
    for i in range(H - kernel_height + 1):
        for j in range(W - kernel_width + 1):
            columns.append(x[:, i : i + kernel_height, :kernel_width].reshape(-1))
    return torch.stack(columns, dim=1)


# %% im2col | - | the last channel alone, again and again
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    rows = []
    for c in range(C):
        for r in range(kernel_height):
            for s in range(kernel_width):
                part = x[-1, r : r + H - kernel_height + 1, s : s + W - kernel_width + 1]
                rows.append(part.reshape(-1))
    return torch.stack(rows)


# %% im2col | - | taps a step apart
def im2col(x, kernel_height, kernel_width):
    blocks = x.unfold(1, kernel_height, kernel_height).unfold(2, kernel_width, kernel_width)
    return blocks.permute(0, 3, 4, 1, 2).reshape(len(x) * kernel_height * kernel_width, -1)


# %% conv2d_by_matmul | - | return before the product
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return columns[: len(weight)].reshape(len(weight), out_height, out_width)


# %% conv2d_by_matmul | - | maximum instead of sum
def conv2d_by_matmul(columns, weight, out_height, out_width):
    products = weight.reshape(len(weight), -1, 1) * columns
    return products.max(dim=1).values.reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | - | mean instead of sum
def conv2d_by_matmul(columns, weight, out_height, out_width):
    products = weight.reshape(len(weight), -1, 1) * columns
    return products.mean(dim=1).reshape(-1, out_height, out_width)


# %% conv2d_by_matmul | - | the last output channel for all
def conv2d_by_matmul(columns, weight, out_height, out_width):
    maps = torch.zeros(len(weight), out_height, out_width, dtype=weight.dtype)
    for kernel in weight:
        maps[:] = (kernel.reshape(1, -1) @ columns).reshape(out_height, out_width)
    return maps


# %% conv2d_by_matmul | - | minus
def conv2d_by_matmul(columns, weight, out_height, out_width):
    return -(weight.flatten(1) @ columns).reshape(-1, out_height, out_width)


# %% col2im | - | zeros only
def col2im(columns, input_shape, kernel_height, kernel_width):
    return torch.zeros(tuple(input_shape), dtype=columns.dtype)


# %% col2im | - | return inside the loop
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, h, w)
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + h, s : s + w] += blocks[:, r, s]
        return x


# %% col2im | - | the first tap at every place
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, h, w)
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + h, s : s + w] += blocks[:, 0, 0]
    return x


# %% col2im | M79 | the larger number stays
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    blocks = columns.reshape(C, kernel_height, kernel_width, h, w)
    x = torch.full((C, H, W), -1e9, dtype=columns.dtype)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + h, s : s + w] = torch.maximum(
                x[:, r : r + h, s : s + w], blocks[:, r, s]
            )
    return x


# %% overlap_count | - | zeros only
def overlap_count(height, width, kernel_height, kernel_width):
    return torch.zeros(height, width)


# %% overlap_count | - | sum of the axes for their product
def overlap_count(height, width, kernel_height, kernel_width):
    down = [sum(0 <= p - r <= height - kernel_height for r in range(kernel_height))
            for p in range(height)]  # fmt: skip
    across = [sum(0 <= p - s <= width - kernel_width for s in range(kernel_width))
              for p in range(width)]  # fmt: skip
    return torch.tensor(down)[:, None] + torch.tensor(across)


# %% overlap_count | - | one more everywhere
def overlap_count(height, width, kernel_height, kernel_width):
    count = torch.ones(height, width)
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% overlap_count | - | the number of windows everywhere
def overlap_count(height, width, kernel_height, kernel_width):
    return torch.full((height, width), (height - kernel_height + 1) * (width - kernel_width + 1))


# %% overlap_count | - | the last row of windows forgotten
def overlap_count(height, width, kernel_height, kernel_width):
    count = torch.zeros(height, width)
    for i in range(height - kernel_height):
        for j in range(width - kernel_width + 1):
            count[i : i + kernel_height, j : j + kernel_width] += 1
    return count


# %% both_jacobians | - | zeros only
def both_jacobians(weight, x):
    m = len(x) - len(weight) + 1
    return torch.zeros(m, len(x)), torch.zeros(m, len(weight))


# %% both_jacobians | - | the last row alone
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T, X = torch.zeros(n - k + 1, n), torch.zeros(n - k + 1, k)
    for i in range(n - k + 1):
        T, X = torch.zeros(n - k + 1, n), torch.zeros(n - k + 1, k)
        T[i, i : i + k], X[i] = weight, x[i : i + k]
    return T, X


# %% both_jacobians | - | the output for the second one
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T, T @ x


# %% both_jacobians | - | signs lost
def both_jacobians(weight, x):
    k, n = len(weight), len(x)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight.abs()
    return T, torch.stack([x[i : i + k].abs() for i in range(n - k + 1)])


# %% storage | - | zeros only
def storage(input_shape, weight_shape):
    return {"input": 0, "columns": 0, "matrix": 0, "nonzero": 0}


# %% storage | - | a plus for a times
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) + (W - S + 1)
    return {
        "input": C * H * W,
        "columns": C * R * S * L,
        "matrix": O * L * C * H * W,
        "nonzero": O * L * C * R * S,
    }


# %% storage | - | the kernel's height used twice
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - R + 1)
    return {
        "input": C * H * W,
        "columns": C * R * S * L,
        "matrix": O * L * C * H * W,
        "nonzero": O * L * C * R * S,
    }


# %% storage | - | zeros for non-zeros
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S + 1)
    return {
        "input": C * H * W,
        "columns": C * R * S * L,
        "matrix": O * L * C * H * W,
        "nonzero": O * L * C * (H * W - R * S),
    }


# %% storage | M05 | without + 1 on one axis
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    L = (H - R + 1) * (W - S)
    return {
        "input": C * H * W,
        "columns": C * R * S * L,
        "matrix": O * L * C * H * W,
        "nonzero": O * L * C * R * S,
    }


# %% output_size | - | wrong sign of the padding
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n - 2 * padding - dilation * (k - 1) - 1) // stride + 1


# %% output_size | M05 | one more
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 2


# %% output_size | - | the + 1 under the stride
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1)) // stride


# %% output_size | - | times for divided by
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (k - 1) - 1) * stride + 1


# %% output_size | - | dilation added
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - (dilation + k - 1)) // stride + 1


# %% output_size | - | stops at the first that does not fit, counted from 1
def output_size(n, k, stride=1, padding=0, dilation=1):
    start, count = -padding, 1
    while start + dilation * (k - 1) < n + padding:
        start, count = start + stride, count + 1
    return count


# %% strided | - | the first row alone
def strided(T, stride):
    for i in range(0, len(T), stride):
        return T[i : i + 1]


# %% strided | - | columns instead of rows
def strided(T, stride):
    return T[:, ::stride]


# %% strided | - | begins with the stride
def strided(T, stride):
    return T[stride - 1 :: stride]


# %% strided | - | one step too far
def strided(T, stride):
    return T[:: stride + 1]


# %% dilate | - | zeros only
def dilate(weight, dilation):
    return torch.zeros(dilation * (len(weight) - 1) + 1)


# %% dilate | - | all zeros at the end
def dilate(weight, dilation):
    return F.pad(weight, (0, (dilation - 1) * (len(weight) - 1)))


# %% dilate | - | ones between the taps
def dilate(weight, dilation):
    longer = torch.ones(dilation * (len(weight) - 1) + 1, dtype=weight.dtype)
    longer[::dilation] = weight
    return longer


# %% dilate | - | the last tap forgotten
def dilate(weight, dilation):
    longer = torch.zeros(dilation * (len(weight) - 1) + 1, dtype=weight.dtype)
    for t in range(len(weight) - 1):
        longer[t * dilation] = weight[t]
    return longer


# %% dilate | - | the mean of the neighbours between them
def dilate(weight, dilation):
    places = np.arange(dilation * (len(weight) - 1) + 1) / dilation
    return np.interp(places, np.arange(len(weight)), weight.numpy())


# %% tile | - | always the first one
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    return T[:rows, :columns]


# %% tile | - | out_channel twice
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    return T[out_channel * rows :, out_channel * columns :][:rows, :columns]


# %% tile | - | rows counted from the bottom
def tile(T, out_channel, in_channel, weight_shape):
    rows, columns = T.shape[0] // weight_shape[0], T.shape[1] // weight_shape[1]
    o = weight_shape[0] - 1 - out_channel
    return T[o * rows : (o + 1) * rows, in_channel * columns : (in_channel + 1) * columns]


# %% tile | - | cut as the kernel is large
def tile(T, out_channel, in_channel, weight_shape):
    R, S = weight_shape[2:]
    return T[out_channel * R : (out_channel + 1) * R, in_channel * S : (in_channel + 1) * S]


# %% tile | - | one row of tiles, whole
def tile(T, out_channel, in_channel, weight_shape):
    rows = T.shape[0] // weight_shape[0]
    return T[out_channel * rows : (out_channel + 1) * rows]


# %% conv_matrix | - | zeros only
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    return torch.zeros_like(layer_matrix(weight, input_shape, stride, padding, dilation, groups))


# %% conv_matrix | - | signs lost
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    places = int(np.prod(input_shape))
    T = [
        F.conv2d(e.reshape(1, *input_shape), weight.abs(), None, stride, padding, dilation, groups)
        for e in torch.eye(places, dtype=weight.dtype)
    ]
    return torch.stack([column.reshape(-1) for column in T], dim=1)


# %% conv_matrix | - | the first output channel for all
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    same = weight[:1].expand_as(weight).contiguous()
    places = int(np.prod(input_shape))
    T = [
        F.conv2d(e.reshape(1, *input_shape), same, None, stride, padding, dilation, groups)
        for e in torch.eye(places, dtype=weight.dtype)
    ]
    return torch.stack([column.reshape(-1) for column in T], dim=1)


# %% conv_matrix | - | rows in reverse order
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    places = int(np.prod(input_shape))
    T = [
        F.conv2d(e.reshape(1, *input_shape), weight, None, stride, padding, dilation, groups)
        for e in torch.eye(places, dtype=weight.dtype)
    ]
    return torch.stack([column.reshape(-1) for column in T], dim=1).flip(0)


# %% conv_matrix | M49 | the stride of the first axis for both
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    step = stride if isinstance(stride, int) else stride[0]
    places = int(np.prod(input_shape))
    T = [
        F.conv2d(e.reshape(1, *input_shape), weight, None, step, padding, dilation, groups)
        for e in torch.eye(places, dtype=weight.dtype)
    ]
    return torch.stack([column.reshape(-1) for column in T], dim=1)


# %% conv_matrix | - | groups ignored, the input channels taken round and round
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    full = weight.repeat(1, groups, 1, 1)
    places = int(np.prod(input_shape))
    T = [
        F.conv2d(e.reshape(1, *input_shape), full, None, stride, padding, dilation)
        for e in torch.eye(places, dtype=weight.dtype)
    ]
    return torch.stack([column.reshape(-1) for column in T], dim=1)


# %% conv_affine | - | minus the bias
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        return A, torch.zeros(len(A), dtype=weight.dtype)
    return A, -bias.repeat_interleave(len(A) // len(bias))


# %% conv_affine | - | the first bias for all
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        return A, torch.zeros(len(A), dtype=weight.dtype)
    return A, bias[:1].repeat(len(A))


# %% conv_affine | - | the biases in reverse
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        return A, torch.zeros(len(A), dtype=weight.dtype)
    return A, bias.flip(0).repeat_interleave(len(A) // len(bias))


# %% conv_affine | - | padding forgotten
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride)
    bias = torch.zeros(len(weight), dtype=weight.dtype) if bias is None else bias
    return A, bias.repeat_interleave(len(A) // len(bias))


# %% batch_outputs | - | zeros only
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return torch.zeros(len(x), out_channels, out_height, out_width)


# %% batch_outputs | - | return inside the loop
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = torch.zeros(len(x), out_channels, out_height, out_width, dtype=x.dtype)
    for i, image in enumerate(x):
        y[i] = (A @ image.reshape(-1) + b).reshape(out_channels, out_height, out_width)
        return y


# %% batch_outputs | M67 | the last image for all
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = torch.zeros(len(x), out_channels, out_height, out_width, dtype=x.dtype)
    for image in x:
        y[:] = (A @ image.reshape(-1) + b).reshape(out_channels, out_height, out_width)
    return y


# %% batch_outputs | - | minus b
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    return (x.flatten(1) @ A.T - b).reshape(-1, out_channels, out_height, out_width)


# %% unread_inputs | - | nothing
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    return set()


# %% unread_inputs | - | counted from 1
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    unread = {(row, col) for row in range(height) for col in range(width)}
    for top in range(0, height - kernel_height + 1, stride):
        for left in range(0, width - kernel_width + 1, stride):
            unread -= {
                (top + r, left + s) for r in range(kernel_height) for s in range(kernel_width)
            }
    return {(row + 1, col + 1) for row, col in unread}


# %% unread_inputs | - | the stride along the rows only
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    unread = {(row, col) for row in range(height) for col in range(width)}
    for top in range(height - kernel_height + 1):
        for left in range(0, width - kernel_width + 1, stride):
            for r in range(kernel_height):
                unread -= {(top + r, left + s) for s in range(kernel_width)}
    return unread


# %% unread_inputs | - | the first window alone
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    unread = {(row, col) for row in range(height) for col in range(width)}
    for top in range(0, height - kernel_height + 1, stride):
        for left in range(0, width - kernel_width + 1, stride):
            unread -= {
                (top + r, left + s) for r in range(kernel_height) for s in range(kernel_width)
            }
            return unread


# %% receptive_field | - | zero
def receptive_field(layers):
    return 0


# %% receptive_field | - | the first layer alone
def receptive_field(layers):
    for k, stride, dilation in layers:
        return dilation * (k - 1) + 1
    return 1


# %% receptive_field | - | the step starts at 0
def receptive_field(layers):
    field, step = 1, 0
    for k, stride, dilation in layers:
        field += dilation * (k - 1) * step
        step += stride
    return field


# %% receptive_field | - | the largest kernel
def receptive_field(layers):
    return max([dilation * (k - 1) + 1 for k, _, dilation in layers], default=1)


# %% receptive_field | M94 | the stride before the kernel
def receptive_field(layers):
    field, step = 1, 1
    for k, stride, dilation in layers:
        step *= stride
        field += dilation * (k - 1) * step
    return field


# %% read_layer | - | ones everywhere
read_layer = {
    letter: dict.fromkeys(["kernel_size", "stride", "padding", "dilation", "groups"], 1)
    for letter in "abcde"
}

# %% read_layer | - | the same layer five times
read_layer = {
    letter: {"kernel_size": 3, "stride": 1, "padding": 1, "dilation": 1, "groups": 1}
    for letter in "abcde"
}

# %% read_layer | - | one letter alone
read_layer = {"a": {"kernel_size": 3, "stride": 1, "padding": 1, "dilation": 1, "groups": 1}}


# %% dot_test | - | one inner product alone
def dot_test(x, y, Tx, Sy):
    size = float(Tx.norm() * y.norm())
    return abs(float((Tx * y).sum())) / size if size else 0.0


# %% dot_test | - | plus for minus
def dot_test(x, y, Tx, Sy):
    size = float(Tx.norm() * y.norm())
    return abs(float((Tx * y).sum()) + float((x * Sy).sum())) / size if size else 0.0


# %% dot_test | - | one where a norm is 0
def dot_test(x, y, Tx, Sy):
    size = float(Tx.norm() * y.norm())
    return abs(float((Tx * y).sum()) - float((x * Sy).sum())) / size if size else 1.0


# %% dot_test | M106 | the squared gap
def dot_test(x, y, Tx, Sy):
    size = float(Tx.norm() * y.norm())
    return (float((Tx * y).sum()) - float((x * Sy).sum())) ** 2 / size if size else 0.0


# %% input_gradient | - | zeros only
def input_gradient(grad_output, weight):
    return torch.zeros(len(grad_output) + len(weight) - 1)


# %% input_gradient | - | return inside the loop
def input_gradient(grad_output, weight):
    out = torch.zeros(len(grad_output) + len(weight) - 1, dtype=weight.dtype)
    for i, g in enumerate(grad_output):
        out[i : i + len(weight)] += g * weight
        return out


# %% input_gradient | - | the last window forgotten
def input_gradient(grad_output, weight):
    out = torch.zeros(len(grad_output) + len(weight) - 1, dtype=weight.dtype)
    for i in range(len(grad_output) - 1):
        out[i : i + len(weight)] += grad_output[i] * weight
    return out


# %% input_gradient | - | weights instead of gradients, one tap
def input_gradient(grad_output, weight):
    out = torch.zeros(len(grad_output) + len(weight) - 1, dtype=weight.dtype)
    for t in range(len(weight)):
        out[t : t + len(grad_output)] += weight[0] * grad_output
    return out


# %% input_gradient | M109 | a list, written and not added
def input_gradient(grad_output, weight):
    out = [0.0] * (len(grad_output) + len(weight) - 1)
    for i, g in enumerate(grad_output.tolist()):
        for t, w in enumerate(weight.tolist()):
            out[i + t] = g * w
    return out


# %% weight_gradient | - | zeros only
def weight_gradient(x, grad_output):
    return torch.zeros(len(x) - len(grad_output) + 1)


# %% weight_gradient | - | one number for all taps
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.full((len(x) - m + 1,), float(x[:m] @ grad_output))


# %% weight_gradient | - | sums of x without the gradient
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m].sum() for t in range(len(x) - m + 1)])


# %% weight_gradient | M104 | the last product alone
def weight_gradient(x, grad_output):
    m = len(grad_output)
    slopes = torch.zeros(len(x) - m + 1, dtype=x.dtype)
    for t in range(len(slopes)):
        for i in range(m):
            slopes[t] = x[i + t] * grad_output[i]
    return slopes


# %% weight_gradient | - | minus, as for a step downhill
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([-(x[t : t + m] @ grad_output) for t in range(len(x) - m + 1)])


# %% conv_transpose_1d | - | stamps without their strength
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i * stride : i * stride + k] += weight
    return ink[padding : len(ink) - padding]


# %% conv_transpose_1d | - | cut at the front only
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i * stride : i * stride + k] += y[i] * weight
    return ink[padding:]


# %% conv_transpose_1d | - | return inside the loop
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i * stride : i * stride + k] += y[i] * weight
        return ink[padding : len(ink) - padding]


# %% conv_transpose_1d | - | minus nothing: an empty slice where padding is 0
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i * stride : i * stride + k] += y[i] * weight
    return ink[padding:-padding]


# %% conv_transpose_1d | M102 | the stride is left out where stamps are set
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i : i + k] += y[i] * weight
    return ink[padding : len(ink) - padding]


# %% checkerboard | - | zeros only
def checkerboard(n, k, stride):
    return torch.zeros((n - 1) * stride + k)


# %% checkerboard | - | the last stamp forgotten
def checkerboard(n, k, stride):
    count = torch.zeros((n - 1) * stride + k)
    for i in range(n - 1):
        count[i * stride : i * stride + k] += 1
    return count


# %% checkerboard | - | the mean number everywhere
def checkerboard(n, k, stride):
    size = (n - 1) * stride + k
    return torch.full((size,), n * k / size)


# %% checkerboard | - | counts begin at 1
def checkerboard(n, k, stride):
    count = torch.ones((n - 1) * stride + k)
    for i in range(n):
        count[i * stride : i * stride + k] += 1
    return count


# %% checkerboard | - | k and n exchanged in the loop
def checkerboard(n, k, stride):
    count = [0] * ((n - 1) * stride + k)
    for i in range(k):
        for t in range(n):
            if i * stride + t < len(count):
                count[i * stride + t] += 1
    return count


# %% even_kernels | - | nothing
even_kernels = set()

# %% even_kernels | - | one pair missing
even_kernels = {(2, 2), (4, 2), (3, 3), (6, 3), (8, 4)}

# %% even_kernels | - | all of them
even_kernels = set(pairs)


# %% conv1d_backward | - | zeros only
def conv1d_backward(grad_output, x, weight):
    return torch.zeros_like(x), torch.zeros_like(weight), 0.0


# %% conv1d_backward | - | the last tap alone in grad_x
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    grad_weight = torch.zeros_like(weight)
    for t in range(k):
        grad_x = torch.zeros_like(x)
        grad_x[:, t : t + m] += weight[t] * grad_output
        grad_weight[t] = (x[:, t : t + m] * grad_output).sum()
    return grad_x, grad_weight, float(grad_output.sum())


# %% conv1d_backward | - | minus
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    grad_x, grad_weight = torch.zeros_like(x), torch.zeros_like(weight)
    for t in range(k):
        grad_x[:, t : t + m] -= weight[t] * grad_output
        grad_weight[t] = -(x[:, t : t + m] * grad_output).sum()
    return grad_x, grad_weight, -float(grad_output.sum())


# %% conv1d_backward | - | the bias as a number of outputs
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    grad_x, grad_weight = torch.zeros_like(x), torch.zeros_like(weight)
    for t in range(k):
        grad_x[:, t : t + m] += weight[t] * grad_output
        grad_weight[t] = (x[:, t : t + m] * grad_output).sum()
    return grad_x, grad_weight, float(grad_output.numel())


# %% conv1d_backward | - | x for grad_output in the slopes
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    grad_x, grad_weight = torch.zeros_like(x), torch.zeros_like(weight)
    for t in range(k):
        grad_x[:, t : t + m] += weight[t] * x[:, t : t + m]
        grad_weight[t] = (x[:, t : t + m] * grad_output).sum()
    return grad_x, grad_weight, float(grad_output.sum())


# %% dft_vector | - | zeros only
def dft_vector(n, m):
    return torch.zeros(n, dtype=torch.complex64)


# %% dft_vector | - | n and m exchanged
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) * n / m)


# %% dft_vector | - | the exponent squared
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) ** 2 * m / n)


# %% dft_vector | - | the first round for every m
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * torch.arange(n) / n)


# %% dft_vector | - | sine and cosine exchanged
def dft_vector(n, m):
    angle = 2 * torch.pi * torch.arange(n) * m / n
    return torch.complex(torch.sin(angle), torch.cos(angle))


# %% circulant_eigenvalues | - | zeros only
def circulant_eigenvalues(weight, n):
    return torch.zeros(n, dtype=torch.complex64)


# %% circulant_eigenvalues | - | the sum of the taps for all
def circulant_eigenvalues(weight, n):
    return torch.full((n,), float(weight.sum())) + 0j


# %% circulant_eigenvalues | - | the weight turned round
def circulant_eigenvalues(weight, n):
    return torch.fft.fft(weight.flip(0), n).conj()


# %% circulant_eigenvalues | - | sorted by size
def circulant_eigenvalues(weight, n):
    factors = torch.fft.fft(weight, n).conj()
    return factors[factors.abs().argsort()]


# %% circulant_eigenvalues | - | minus
def circulant_eigenvalues(weight, n):
    return -torch.fft.fft(weight, n).conj()


# %% circular_correlation_fft | - | sums for products
def circular_correlation_fft(weight, x):
    n = len(x)
    return torch.fft.ifft(torch.fft.fft(weight, n).conj() + torch.fft.fft(x)).real


# %% circular_correlation_fft | - | the way back forgotten
def circular_correlation_fft(weight, x):
    return (torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x)).real


# %% circular_correlation_fft | - | divided instead of multiplied
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(x) / torch.fft.fft(weight, len(x)).conj()).real


# %% circular_correlation_fft | - | the imaginary part
def circular_correlation_fft(weight, x):
    return torch.fft.ifft(torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x)).imag


# %% circular_correlation_fft | - | off by one place
def circular_correlation_fft(weight, x):
    y = torch.fft.ifft(torch.fft.fft(weight, len(x)).conj() * torch.fft.fft(x)).real
    return torch.roll(y, 1)


# %% linear_convolution_fft | - | zeros only
def linear_convolution_fft(weight, x):
    return torch.fft.fft(torch.zeros(len(weight) + len(x) - 1)).real


# %% linear_convolution_fft | - | one place too short
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    y = torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size), size)
    return y[:-1]


# %% linear_convolution_fft | - | the signal with itself
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(x, size) ** 2, size)


# %% linear_convolution_fft | - | backwards
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size), size).flip(0)


# %% linear_convolution_fft | - | the size of the way back left out
def linear_convolution_fft(weight, x):
    size = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size))


# %% toeplitz_matvec | - | the column alone
def toeplitz_matvec(first_column, first_row, x):
    size = len(first_column) + len(x) - 1
    y = torch.fft.irfft(torch.fft.rfft(first_column, size) * torch.fft.rfft(x, size), size)
    return y[: len(first_column)]


# %% toeplitz_matvec | - | the end instead of the beginning
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)])
    size = len(around)
    y = torch.fft.irfft(torch.fft.rfft(around) * torch.fft.rfft(x, size), size)
    return y[-len(first_column) :]


# %% toeplitz_matvec | - | the size of the way back left out
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, first_row[1:].flip(0)])
    y = torch.fft.irfft(torch.fft.rfft(around) * torch.fft.rfft(x, len(around)))
    return y[: len(first_column)]


# %% toeplitz_matvec | - | minus above the diagonal
def toeplitz_matvec(first_column, first_row, x):
    around = torch.cat([first_column, -first_row[1:].flip(0)])
    size = len(around)
    y = torch.fft.irfft(torch.fft.rfft(around) * torch.fft.rfft(x, size), size)
    return y[: len(first_column)]


# %% deblur | - | zeros only
def deblur(weight, y):
    return torch.zeros(len(y))


# %% deblur | - | the wrong one divided
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(weight, len(y)).conj() / torch.fft.fft(y)).real


# %% deblur | - | the way back twice
def deblur(weight, y):
    x = torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight, len(y)).conj())
    return torch.fft.ifft(x).real


# %% deblur | - | divided by the sum of the taps
def deblur(weight, y):
    return y / weight.sum()


# %% deblur | - | off by one place
def deblur(weight, y):
    x = torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight, len(y)).conj()).real
    return torch.roll(x, 1)


# %% diagonalised_by_dft | - | all of them
diagonalised_by_dft = {"zeros", "circular", "reflect", "replicate"}

# %% diagonalised_by_dft | - | another one
diagonalised_by_dft = {"zeros"}

# %% diagonalised_by_dft | - | one too many
diagonalised_by_dft = {"circular", "reflect"}

# %% patches_1d | - | whole numbers become floats of float32
def patches_1d(x, k):
    X = torch.zeros(len(x) - k + 1, k)
    for t in range(k):
        X[:, t] = x[t : t + len(x) - k + 1].float()
    return X

# %% patches_1d | - | padded at the end with zeros: n rows
def patches_1d(x, k):
    y = torch.cat([x, torch.zeros(k - 1, dtype=x.dtype)])
    return torch.stack([y[i : i + k] for i in range(len(x))])

# %% im2col | M43 | kernel column before kernel row
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    return torch.stack([x[c, r : r + h, s : s + w].reshape(-1) for c in range(C) for s in range(kernel_width) for r in range(kernel_height)])

# %% im2col | - | stride of the kernel: blocks side by side
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    cols = [x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1) for i in range(0, H - kernel_height + 1, kernel_height) for j in range(0, W - kernel_width + 1, kernel_width)]
    return torch.stack(cols, 1)

# %% im2col | - | the width used for the number of rows of outputs
def im2col(x, kernel_height, kernel_width):
    C, H, W = x.shape
    h, w = W - kernel_width + 1, H - kernel_height + 1
    return torch.stack([x[:, i : i + kernel_height, j : j + kernel_width].reshape(-1) for i in range(h) for j in range(w)], 1)

# %% conv2d_by_matmul | - | the kernel's rows are taken for the outputs
def conv2d_by_matmul(columns, weight, out_height, out_width):
    k = weight.reshape(weight.shape[0], -1)
    return (k @ columns).reshape(out_height, out_width, -1)

# %% conv2d_by_matmul | - | weight reshaped the wrong way and turned
def conv2d_by_matmul(columns, weight, out_height, out_width):
    k = weight.reshape(-1, weight.shape[0]).T
    return (k @ columns).reshape(weight.shape[0], out_height, out_width)

# %% conv2d_by_matmul | - | squeezed: one output channel loses its axis
def conv2d_by_matmul(columns, weight, out_height, out_width):
    k = weight.reshape(weight.shape[0], -1)
    return (k @ columns).reshape(-1, out_height, out_width).squeeze()

# %% col2im | - | the largest one wins
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    b = columns.reshape(C, kernel_height, kernel_width, h, w)
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + h, s : s + w] = torch.maximum(x[:, r : r + h, s : s + w], b[:, r, s])
    return x

# %% col2im | - | divided by the kernel's size
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    b = columns.reshape(C, kernel_height, kernel_width, h, w)
    x = torch.zeros(C, H, W, dtype=columns.dtype)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + h, s : s + w] += b[:, r, s] / (kernel_height * kernel_width)
    return x

# %% col2im | - | float32 buffer
def col2im(columns, input_shape, kernel_height, kernel_width):
    C, H, W = input_shape
    h, w = H - kernel_height + 1, W - kernel_width + 1
    b = columns.reshape(C, kernel_height, kernel_width, h, w)
    x = torch.zeros(C, H, W)
    for r in range(kernel_height):
        for s in range(kernel_width):
            x[:, r : r + h, s : s + w] += b[:, r, s].float()
    return x

# %% overlap_count | - | summed instead of multiplied axes
def overlap_count(height, width, kernel_height, kernel_width):
    def axis(n, k):
        return torch.tensor([min(p + 1, n - p, k, n - k + 1) for p in range(n)])
    return axis(height, kernel_height)[:, None] + axis(width, kernel_width)

# %% overlap_count | M49 | distance to the edge without the cap of the number of windows
def overlap_count(height, width, kernel_height, kernel_width):
    def axis(n, k):
        return torch.tensor([min(p + 1, n - p, k) for p in range(n)])
    return torch.outer(axis(height, kernel_height), axis(width, kernel_width))

# %% overlap_count | - | shares instead of counts
def overlap_count(height, width, kernel_height, kernel_width):
    x = torch.zeros(height, width)
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            x[i : i + kernel_height, j : j + kernel_width] += 1
    return x / x.max()

# %% both_jacobians | - | finite differences with a large step in float32, of the square
def both_jacobians(weight, x):
    n, k = len(x), len(weight)
    def y(w, v):
        return torch.stack([(w * v[i : i + k]).sum() for i in range(n - k + 1)])
    T = torch.stack([(y(weight, x + e * 1e-3) - y(weight, x)) / 1e-3 for e in torch.eye(n)], 1)
    X = torch.stack([(y(weight + e * 1e-3, x) - y(weight, x)) / 1e-3 for e in torch.eye(k)], 1)
    return T, X

# %% both_jacobians | - | X holds products, the weights inside
def both_jacobians(weight, x):
    n, k = len(x), len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T, torch.stack([x[i : i + k] * weight for i in range(n - k + 1)])

# %% both_jacobians | - | only the part for the weights
def both_jacobians(weight, x):
    k = len(weight)
    return torch.stack([x[i : i + k] for i in range(len(x) - k + 1)])

# %% storage | - | bytes instead of numbers
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    p = (H - R + 1) * (W - S + 1)
    return {k: 4 * v for k, v in dict(input=C * H * W, columns=C * R * S * p, matrix=O * p * C * H * W, nonzero=O * p * C * R * S).items()}

# %% storage | - | same padding taken for granted
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    p = H * W
    return dict(input=C * H * W, columns=C * R * S * p, matrix=O * p * C * H * W, nonzero=O * p * C * R * S)

# %% storage | - | nonzero counts also the two indices
def storage(input_shape, weight_shape):
    C, H, W = input_shape
    O, _, R, S = weight_shape
    p = (H - R + 1) * (W - S + 1)
    return dict(input=C * H * W, columns=C * R * S * p, matrix=O * p * C * H * W, nonzero=3 * O * p * C * R * S)

# %% output_size | - | the padding is inside the stride's division only once
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n - dilation * (k - 1) - 1) // stride + 1 + 2 * padding

# %% output_size | - | dilation times k minus one is forgotten to be spread
def output_size(n, k, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - k - dilation + 1) // stride + 1

# %% output_size | - | round to nearest
def output_size(n, k, stride=1, padding=0, dilation=1):
    return round((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1

# %% strided | - | rows shifted by the stride
def strided(T, stride):
    rows = [torch.roll(T[0], i * stride) for i in range((len(T) - 1) // stride + 1)]
    rows[-1] = T[-1]
    return torch.stack(rows)

# %% strided | - | zeros instead of dropped rows
def strided(T, stride):
    S = torch.zeros_like(T)
    S[::stride] = T[::stride]
    return S

# %% strided | - | one row in stride + 1
def strided(T, stride):
    return T[:: stride + 1] if stride > 1 else T

# %% dilate | - | zeros in front of each tap
def dilate(weight, dilation):
    out = torch.zeros(dilation * (len(weight) - 1) + 1, dtype=weight.dtype)
    out[-1::-dilation] if False else None
    for t, w in enumerate(weight):
        place = dilation * t + dilation - 1
        if place < len(out):
            out[place] = w
    return out

# %% dilate | - | linear interpolation between taps
def dilate(weight, dilation):
    k = len(weight)
    places = torch.arange(dilation * (k - 1) + 1, dtype=weight.dtype) / dilation
    low = places.floor().long().clamp(max=k - 1)
    high = (low + 1).clamp(max=k - 1)
    return weight[low] + (places - low) * (weight[high] - weight[low])

# %% dilate | - | integers: the taps cut to whole numbers
def dilate(weight, dilation):
    out = [0] * (dilation * (len(weight) - 1) + 1)
    for t in range(len(weight)):
        out[t * dilation] = int(weight[t])
    return out

# %% tile | M62 | every C_out-th row
def tile(T, out_channel, in_channel, weight_shape):
    return T[out_channel :: weight_shape[0], in_channel :: weight_shape[1]]

# %% tile | - | tiles as large as the kernel
def tile(T, out_channel, in_channel, weight_shape):
    R, S = weight_shape[2:]
    return T[out_channel * R : (out_channel + 1) * R, in_channel * S : (in_channel + 1) * S]

# %% tile | - | a row of tiles
def tile(T, out_channel, in_channel, weight_shape):
    h = T.shape[0] // weight_shape[0]
    return T[out_channel * h : (out_channel + 1) * h]

# %% conv_matrix | - | padding clipped: outside pixels read the edge
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def two(v):
        return (v, v) if isinstance(v, int) else v
    O, I, R, S = weight.shape
    C, H, W = input_shape
    (a, b), (p, q), (d, e) = two(stride), two(padding), two(dilation)
    h = (H + 2 * p - d * (R - 1) - 1) // a + 1
    w = (W + 2 * q - e * (S - 1) - 1) // b + 1
    T = torch.zeros(O * h * w, C * H * W, dtype=weight.dtype)
    for o in range(O):
        g = o * groups // O
        for c in range(I):
            for r in range(R):
                for s in range(S):
                    for i in range(h):
                        for j in range(w):
                            y, x = min(max(a * i + d * r - p, 0), H - 1), min(max(b * j + e * s - q, 0), W - 1)
                            T[(o * h + i) * w + j, ((g * I + c) * H + y) * W + x] += weight[o, c, r, s]
    return T

# %% conv_matrix | - | the dilation moves the stride too
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def two(v):
        return (v, v) if isinstance(v, int) else v
    O, I, R, S = weight.shape
    C, H, W = input_shape
    (a, b), (p, q), (d, e) = two(stride), two(padding), two(dilation)
    h = (H + 2 * p - d * (R - 1) - 1) // a + 1
    w = (W + 2 * q - e * (S - 1) - 1) // b + 1
    T = torch.zeros(O * h * w, C * H * W, dtype=weight.dtype)
    for o in range(O):
        g = o * groups // O
        for c in range(I):
            for r in range(R):
                for s in range(S):
                    for i in range(h):
                        for j in range(w):
                            y, x = d * (a * i + r) - p, e * (b * j + s) - q
                            if 0 <= y < H and 0 <= x < W:
                                T[(o * h + i) * w + j, ((g * I + c) * H + y) * W + x] = weight[o, c, r, s]
    return T

# %% conv_matrix | - | groups: outputs dealt round among the groups
def conv_matrix(weight, input_shape, stride=1, padding=0, dilation=1, groups=1):
    def two(v):
        return (v, v) if isinstance(v, int) else v
    O, I, R, S = weight.shape
    C, H, W = input_shape
    (a, b), (p, q), (d, e) = two(stride), two(padding), two(dilation)
    h = (H + 2 * p - d * (R - 1) - 1) // a + 1
    w = (W + 2 * q - e * (S - 1) - 1) // b + 1
    T = torch.zeros(O * h * w, C * H * W, dtype=weight.dtype)
    for o in range(O):
        for c in range(I):
            for r in range(R):
                for s in range(S):
                    for i in range(h):
                        for j in range(w):
                            y, x = a * i + d * r - p, b * j + e * s - q
                            if 0 <= y < H and 0 <= x < W:
                                T[(o * h + i) * w + j, ((c * groups + o % groups) * H + y) * W + x] = weight[o, c, r, s]
    return T

# %% conv_affine | - | the mean bias for all
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    value = 0.0 if bias is None else float(bias.mean())
    return A, torch.full((len(A),), value, dtype=weight.dtype)

# %% conv_affine | - | as many numbers as inputs
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    return A, bias.repeat_interleave(A.shape[1] // len(bias))

# %% conv_affine | - | one stride for both axes
def conv_affine(weight, bias, input_shape, stride=1, padding=0):
    if not isinstance(stride, int):
        stride = stride[0]
    A = layer_matrix(weight, input_shape, stride, padding)
    if bias is None:
        bias = torch.zeros(len(weight), dtype=weight.dtype)
    return A, bias.repeat_interleave(len(A) // len(bias))

# %% batch_outputs | - | b added once per batch, divided
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = x.reshape(len(x), -1) @ A.T + b / len(x)
    return y.reshape(len(x), out_channels, out_height, out_width)

# %% batch_outputs | - | batch last
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    y = A @ x.reshape(len(x), -1).T + b[:, None]
    return y.reshape(out_channels, out_height, out_width, len(x))

# %% batch_outputs | - | normalised over the batch
def batch_outputs(A, b, x, out_channels, out_height, out_width):
    x = x - x.mean(0) if len(x) > 1 else x
    y = x.reshape(len(x), -1) @ A.T + b
    return y.reshape(len(x), out_channels, out_height, out_width)

# %% unread_inputs | - | places as flat numbers
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    unread = set(range(height * width))
    for i in range(0, height - kernel_height + 1, stride):
        for j in range(0, width - kernel_width + 1, stride):
            for r in range(kernel_height):
                unread -= {(i + r) * width + j + s for s in range(kernel_width)}
    return unread

# %% unread_inputs | - | only the corners where windows start are read
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    starts = {(i, j) for i in range(0, height - kernel_height + 1, stride) for j in range(0, width - kernel_width + 1, stride)}
    return {(r, c) for r in range(height) for c in range(width)} - starts

# %% unread_inputs | - | a stride as large as the kernel at most
def unread_inputs(height, width, kernel_height, kernel_width, stride):
    step_h, step_w = min(stride, kernel_height), min(stride, kernel_width)
    unread = {(r, c) for r in range(height) for c in range(width)}
    for i in range(0, height - kernel_height + 1, step_h):
        for j in range(0, width - kernel_width + 1, step_w):
            unread -= {(i + r, j + s) for r in range(kernel_height) for s in range(kernel_width)}
    return unread

# %% receptive_field | - | dilation multiplied through like a stride
def receptive_field(layers):
    field, step = 1, 1
    for k, s, d in layers:
        step *= d
        field += (k - 1) * step
        step *= s
    return field

# %% receptive_field | - | the largest layer counts
def receptive_field(layers):
    return max([d * (k - 1) + 1 for k, s, d in layers], default=1)

# %% receptive_field | - | padding of one assumed, starts at 0
def receptive_field(layers):
    field, step = 0, 1
    for k, s, d in layers:
        field += d * (k - 1) * step
        step *= s
    return field + (1 if len(layers) > 1 else 0)

# %% read_layer | - | stride and dilation exchanged
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 1, 2, 3, 1], c=[3, 3, 2, 1, 1], d=[2, 1, 1, 1, 2], e=[3, 2, 3, 2, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | - | groups always one
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 3, 2, 1, 1], c=[3, 1, 2, 3, 1], d=[2, 1, 1, 1, 1], e=[3, 2, 3, 2, 1])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% read_layer | - | padding always half the kernel
rows = dict(a=[3, 1, 1, 1, 1], b=[4, 3, 2, 1, 1], c=[3, 1, 1, 3, 1], d=[2, 1, 1, 1, 2], e=[3, 2, 1, 2, 2])
keys = ["kernel_size", "stride", "padding", "dilation", "groups"]
read_layer = {letter: dict(zip(keys, row)) for letter, row in rows.items()}

# %% dot_test | - | a small number added to the norms instead of a test
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (torch.as_tensor(a).double().flatten() for a in (x, y, Tx, Sy))
    return float(abs(Tx @ y - x @ Sy) / (Tx.norm() * y.norm() + 1e-3))

# %% dot_test | - | the mean of the products
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (torch.as_tensor(a).double().flatten() for a in (x, y, Tx, Sy))
    size = float(Tx.norm() * y.norm())
    return float(abs((Tx * y).mean() - (x * Sy).mean())) / size if size else 0.0

# %% dot_test | - | the largest entry for a norm
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (torch.as_tensor(a).double().flatten() for a in (x, y, Tx, Sy))
    size = float(Tx.abs().max() * y.abs().max())
    return float(abs(Tx @ y - x @ Sy)) / size if size else 0.0

# %% input_gradient | - | cut to the length of the gradient
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    g = torch.zeros(m + k - 1, dtype=weight.dtype)
    for t in range(k):
        g[t : t + m] += weight[t] * grad_output
    return g[:m]

# %% input_gradient | - | divided by how often an input is read
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    g = torch.zeros(m + k - 1, dtype=weight.dtype)
    n = torch.zeros(m + k - 1, dtype=weight.dtype)
    for t in range(k):
        g[t : t + m] += weight[t] * grad_output
        n[t : t + m] += 1
    return g / n

# %% input_gradient | - | weights summed first
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    g = torch.zeros(m + k - 1, dtype=weight.dtype)
    for i in range(m):
        g[i : i + k] += weight.sum() * grad_output[i] / k
    return g

# %% weight_gradient | - | whole diagonals of the outer product, off the band too
def weight_gradient(x, grad_output):
    outer = grad_output[:, None] * x[None]
    m, n = outer.shape
    return torch.stack([outer.diagonal(t).sum() for t in range(1 - m, n)])

# %% weight_gradient | - | the square of the inputs
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([(x[t : t + m] ** 2 * grad_output).sum() for t in range(len(x) - m + 1)])

# %% weight_gradient | - | the sign of descent built in
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([-(x[t : t + m] * grad_output).sum() for t in range(len(x) - m + 1)])

# %% conv_transpose_1d | - | padding cut at the end only
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i * stride : i * stride + k] += y[i] * weight
    return ink[: len(ink) - 2 * padding]

# %% conv_transpose_1d | - | output padding on both sides
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + 2 * output_padding, dtype=weight.dtype)
    for i in range(n):
        ink[i * stride : i * stride + k] += y[i] * weight
    return ink[padding : len(ink) - padding]

# %% conv_transpose_1d | - | overlaps averaged
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = torch.zeros((n - 1) * stride + k + output_padding, dtype=weight.dtype)
    hit = torch.zeros_like(ink)
    for i in range(n):
        ink[i * stride : i * stride + k] += y[i] * weight
        hit[i * stride : i * stride + k] += 1
    ink = ink / hit.clamp(min=1)
    return ink[padding : len(ink) - padding]

# %% checkerboard | M109 | written or not
def checkerboard(n, k, stride):
    c = torch.zeros((n - 1) * stride + k, dtype=torch.int64)
    for i in range(n):
        c[i * stride : i * stride + k] = 1
    return c

# %% checkerboard | - | the middle value everywhere
def checkerboard(n, k, stride):
    return torch.full(((n - 1) * stride + k,), -(-k // stride))

# %% checkerboard | - | every stamp weighs its number
def checkerboard(n, k, stride):
    c = torch.zeros((n - 1) * stride + k, dtype=torch.int64)
    for i in range(n):
        c[i * stride : i * stride + k] += i
    return c

# %% even_kernels | - | strides that divide, without stride 1
even_kernels = {(2, 2), (4, 2), (3, 3), (6, 3), (8, 4)}

# %% even_kernels | - | at least twice the stride
even_kernels = {p for p in pairs if p[0] >= 2 * p[1]}

# %% even_kernels | - | one forgotten
even_kernels = {(2, 2), (4, 2), (3, 3), (5, 1), (8, 4)}

# %% conv1d_backward | - | grad_x summed over the batch
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    gx = torch.zeros_like(x)
    gw = torch.zeros_like(weight)
    for t in range(k):
        gx[:, t : t + m] += weight[t] * grad_output.sum(0)
        gw[t] = (x[:, t : t + m] * grad_output).sum()
    return gx, gw, float(grad_output.sum())

# %% conv1d_backward | - | one bias slope for each signal
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    gx = torch.zeros_like(x)
    gw = torch.zeros_like(weight)
    for t in range(k):
        gx[:, t : t + m] += weight[t] * grad_output
        gw[t] = (x[:, t : t + m] * grad_output).sum()
    return gx, gw, grad_output.sum(1)

# %% conv1d_backward | - | the weight's slope from the slopes of x
def conv1d_backward(grad_output, x, weight):
    m, k = grad_output.shape[1], len(weight)
    gx = torch.zeros_like(x)
    for t in range(k):
        gx[:, t : t + m] += weight[t] * grad_output
    gw = torch.stack([(gx[:, t : t + m] * grad_output).sum() for t in range(k)])
    return gx, gw, float(grad_output.sum())

# %% dft_vector | - | the real and imaginary parts in one vector
def dft_vector(n, m):
    a = 2 * torch.pi * torch.arange(n) * m / n
    return torch.cat([a.cos(), a.sin()])

# %% dft_vector | - | sine and cosine exchanged
def dft_vector(n, m):
    a = 2 * torch.pi * torch.arange(n) * m / n
    return torch.complex(a.sin(), a.cos())

# %% dft_vector | - | whole-number division of the rounds
def dft_vector(n, m):
    return torch.exp(2j * torch.pi * (torch.arange(n) * m // n))

# %% circulant_eigenvalues | - | sorted by size
def circulant_eigenvalues(weight, n):
    v = torch.fft.fft(weight, n).conj()
    return v[v.abs().argsort(descending=True)]

# %% circulant_eigenvalues | - | the FFT cut to the kernel's length
def circulant_eigenvalues(weight, n):
    return F.pad(torch.fft.fft(weight).conj(), (0, n - len(weight)))

# %% circulant_eigenvalues | - | the power spectrum
def circulant_eigenvalues(weight, n):
    v = torch.fft.fft(weight, n)
    return v * v.conj()

# %% circular_correlation_fft | - | the ends of x are windowed to zero first
def circular_correlation_fft(weight, x):
    n = len(x)
    window = torch.hann_window(n, periodic=False, dtype=x.dtype)
    return torch.fft.ifft(torch.fft.fft(weight, n).conj() * torch.fft.fft(x * window)).real

# %% circular_correlation_fft | - | an FFT shift at the end
def circular_correlation_fft(weight, x):
    n = len(x)
    return torch.fft.fftshift(torch.fft.ifft(torch.fft.fft(weight, n).conj() * torch.fft.fft(x)).real)

# %% linear_convolution_fft | - | a power of two below the need
def linear_convolution_fft(weight, x):
    m = len(weight) + len(x) - 1
    size = 1 << (m.bit_length() - 1)
    y = torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size), size)
    return F.pad(y, (0, m - size))

# %% linear_convolution_fft | - | twice the signal as room
def linear_convolution_fft(weight, x):
    m, size = len(weight) + len(x) - 1, 2 * len(x)
    y = torch.fft.irfft(torch.fft.rfft(weight, size) * torch.fft.rfft(x, size), size)[:m]
    return F.pad(y, (0, m - len(y)))

# %% linear_convolution_fft | - | sums of spectra
def linear_convolution_fft(weight, x):
    m = len(weight) + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(weight, m) + torch.fft.rfft(x, m), m)

# %% toeplitz_matvec | - | symmetric: the row is the column
def toeplitz_matvec(first_column, first_row, x):
    m = len(first_column)
    around = torch.cat([first_column, first_column[1 : len(x)].flip(0)])
    size = len(around) if len(around) >= len(x) else len(x)
    return torch.fft.irfft(torch.fft.rfft(around, size) * torch.fft.rfft(x, size), size)[:m]

# %% toeplitz_matvec | - | the lower triangle only
def toeplitz_matvec(first_column, first_row, x):
    m = len(first_column)
    size = m + len(x) - 1
    return torch.fft.irfft(torch.fft.rfft(first_column, size) * torch.fft.rfft(x, size), size)[:m]

# %% toeplitz_matvec | - | without its diagonal
def toeplitz_matvec(first_column, first_row, x):
    m = len(first_column)
    around = torch.cat([first_column, first_row[1:].flip(0)])
    around[0] = 0
    size = len(around)
    return torch.fft.irfft(torch.fft.rfft(around) * torch.fft.rfft(x, size), size)[:m]

# %% deblur | - | divided by the sum of the taps
def deblur(weight, y):
    return y / weight.sum()

# %% deblur | - | the inverse taps
def deblur(weight, y):
    return torch.fft.ifft(torch.fft.fft(y) * torch.fft.fft(1 / weight, len(y)).conj()).real

# %% deblur | - | moved by one place
def deblur(weight, y):
    n = len(y)
    return torch.fft.ifft(torch.fft.fft(y) / torch.fft.fft(weight, n).conj()).real.roll(1)

# %% diagonalised_by_dft | - | with replicate
diagonalised_by_dft = {"circular", "replicate"}

# %% diagonalised_by_dft | - | PyTorch's word for zeros
diagonalised_by_dft = {"circular", "constant"}

# %% diagonalised_by_dft | - | all but circular
diagonalised_by_dft = {"zeros", "reflect", "replicate"}
