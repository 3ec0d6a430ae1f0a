# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% counts_1d | read off the typed matrix, as tensors
T = torch.eye(10)[:8] + torch.eye(10)[1:9] - 2 * torch.eye(10)[2:]
counts_1d = {
    "dense": torch.tensor(T.numel()),
    "nonzero": T.count_nonzero(),
    "parameters": torch.tensor(len(weight)),
}

# %% counts_2d | from the shapes
outputs = conv2d(img_2d, weight_2d).numel()
counts_2d = {
    "dense": outputs * img_2d.numel(),
    "nonzero": outputs * weight_2d.numel(),
    "parameters": weight_2d.numel(),
}

# %% conv_counts | loops over places and taps
def conv_counts(height, width, kernel_height, kernel_width):
    outputs = nonzero = 0
    for i in range(height - kernel_height + 1):
        for j in range(width - kernel_width + 1):
            outputs += 1
            for r in range(kernel_height):
                for s in range(kernel_width):
                    nonzero += 1
    counts = {}
    counts["dense"] = outputs * height * width
    counts["nonzero"] = nonzero
    counts["parameters"] = nonzero // outputs
    return counts

# %% layer_parameters | the shape of the weight, on the meta device
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    pair = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    weight = torch.empty(out_channels, in_channels // groups, *pair, device="meta")
    return weight.numel() + (weight.shape[0] if bias else 0)

# %% nonzero_padded | row by row
def nonzero_padded(n, k, padding):
    count = 0
    for i in range(n + 2 * padding - k + 1):
        start = i - padding
        count += max(0, min(start + k, n) - max(start, 0))
    return count

# %% false_claims | from a text
false_claims = set("HGECB")
