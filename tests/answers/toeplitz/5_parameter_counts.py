# %% counts_1d | correct | a dict of numbers
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 3}

# %% counts_1d | correct | products, keywords, another order
counts_1d = dict(parameters=3, nonzero=3 * 8, dense=8 * 10)

# %% counts_1d | correct | NumPy integers
rows, columns, k = np.array([8, 10, 3])
counts_1d = {"dense": rows * columns, "nonzero": rows * k, "parameters": k}

# %% counts_1d | correct | read off the typed matrix, as tensors
T = torch.eye(10)[:8] + torch.eye(10)[1:9] - 2 * torch.eye(10)[2:]
counts_1d = {
    "dense": torch.tensor(T.numel()),
    "nonzero": T.count_nonzero(),
    "parameters": torch.tensor(len(weight)),
}

# %% counts_1d | correct | read off PyTorch's matrix
T = matrix_of(lambda x: conv1d(x, weight), 10)
counts_1d = {"dense": T.numel(), "nonzero": int((T != 0).sum()), "parameters": weight.numel()}

# %% counts_1d | M17 | a square matrix
counts_1d = {"dense": 100, "nonzero": 24, "parameters": 3}

# %% counts_1d | M51 | inputs plus outputs
counts_1d = {"dense": 18, "nonzero": 24, "parameters": 3}

# %% counts_1d | M05 | a row too few
counts_1d = {"dense": 70, "nonzero": 21, "parameters": 3}

# %% counts_1d | M17 | the full convolution
counts_1d = {"dense": 120, "nonzero": 36, "parameters": 3}

# %% counts_1d | M17 | the padded matrix
counts_1d = {"dense": 100, "nonzero": 28, "parameters": 3}

# %% counts_1d | M55 | three readers for each input
counts_1d = {"dense": 80, "nonzero": 30, "parameters": 3}

# %% counts_1d | M58 | one row's non-zeros
counts_1d = {"dense": 80, "nonzero": 3, "parameters": 3}

# %% counts_1d | M59 | counts the zeros
counts_1d = {"dense": 80, "nonzero": 56, "parameters": 3}

# %% counts_1d | M58 | one non-zero for each output
counts_1d = {"dense": 80, "nonzero": 8, "parameters": 3}

# %% counts_1d | M11 | a general Toeplitz matrix
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 17}

# %% counts_1d | M56 | different values
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 2}

# %% counts_1d | M54 | a bias too many
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 4}

# %% counts_1d | M57 | every non-zero entry is a parameter
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 24}

# %% counts_1d | M57 | every entry is a parameter
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 80}

# %% counts_1d | M59 | dense and non-zero exchanged
counts_1d = {"dense": 24, "nonzero": 80, "parameters": 3}

# %% counts_1d | M53 | as many parameters as inputs
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 10}

# %% counts_1d | M59 | bytes
counts_1d = {"dense": 320, "nonzero": 96, "parameters": 12}

# %% counts_1d | M15 | a list
counts_1d = [80, 24, 3]

# %% counts_1d | M15 | a set
counts_1d = {80, 24, 3}

# %% counts_1d | M15 | floats
counts_1d = {"dense": 80.0, "nonzero": 24.0, "parameters": 3.0}

# %% counts_1d | M15 | texts
counts_1d = {"dense": "80", "nonzero": "24", "parameters": "3"}

# %% counts_1d | M15 | a key of another name
counts_1d = {"dense": 80, "non-zero": 24, "parameters": 3}

# %% counts_1d | M15 | one number left open
counts_1d = {"dense": 80, "nonzero": ..., "parameters": 3}

# %% counts_2d | correct | a dict of numbers
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 9}

# %% counts_2d | correct | from the shapes
outputs = conv2d(img_2d, weight_2d).numel()
counts_2d = {
    "dense": outputs * img_2d.numel(),
    "nonzero": outputs * weight_2d.numel(),
    "parameters": weight_2d.numel(),
}

# %% counts_2d | correct | counted in a matrix of ones
T = matrix_of(lambda x: conv2d(x, torch.ones(3, 3)), (4, 5)).numpy()
counts_2d = {"dense": T.size, "nonzero": np.count_nonzero(T), "parameters": np.int64(9)}

# %% counts_2d | correct | counted in nested lists
T = []
for i in range(2):
    for j in range(3):
        row = [0] * 20
        for r in range(3):
            for s in range(3):
                row[5 * (i + r) + j + s] = 1
        T.append(row)
counts_2d = {"dense": sum(map(len, T)), "nonzero": sum(map(sum, T)), "parameters": sum(T[0])}

# %% counts_2d | M51 | twenty inputs times two
counts_2d = {"dense": 40, "nonzero": 54, "parameters": 9}

# %% counts_2d | M51 | twenty inputs times three
counts_2d = {"dense": 60, "nonzero": 54, "parameters": 9}

# %% counts_2d | M17 | a square matrix
counts_2d = {"dense": 400, "nonzero": 54, "parameters": 9}

# %% counts_2d | M17 | the full convolution
counts_2d = {"dense": 840, "nonzero": 378, "parameters": 9}

# %% counts_2d | M17 | the padded matrix
counts_2d = {"dense": 400, "nonzero": 130, "parameters": 9}

# %% counts_2d | M52 | by value, of a kernel with zeros
counts_2d = {"dense": 120, "nonzero": 42, "parameters": 9}

# %% counts_2d | M55 | every pixel read nine times
counts_2d = {"dense": 120, "nonzero": 180, "parameters": 9}

# %% counts_2d | M58 | a row of T holds one kernel row
counts_2d = {"dense": 120, "nonzero": 18, "parameters": 9}

# %% counts_2d | M05 | one output too many across
counts_2d = {"dense": 160, "nonzero": 72, "parameters": 9}

# %% counts_2d | M50 | takes the matrix for a Toeplitz matrix
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 25}

# %% counts_2d | M56 | different values
counts_2d = {"dense": 120, "nonzero": 54, "parameters": len(set(weight_2d.flatten().tolist()))}

# %% counts_2d | M57 | every non-zero entry is a parameter
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 54}

# %% counts_2d | M57 | every entry is a parameter
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 120}

# %% counts_2d | M58 | one side of the kernel
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 3}

# %% counts_2d | M54 | a bias too many
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 10}

# %% counts_2d | M53 | the pixels are the parameters
counts_2d = {"dense": 120, "nonzero": 54, "parameters": 20}

# %% counts_2d | M59 | multiplications and additions
counts_2d = {"dense": 120, "nonzero": 108, "parameters": 9}

# %% counts_2d | M13 | the answer of the exercise before
counts_2d = {"dense": 80, "nonzero": 24, "parameters": 9}

# %% counts_2d | M15 | a tuple
counts_2d = (120, 54, 9)

# %% counts_2d | M15 | floats
counts_2d = {"dense": 120.0, "nonzero": 54.0, "parameters": 9.0}

# %% conv_counts | correct | formula
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | correct | loops over places and taps
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

# %% conv_counts | correct | one axis times the other
def count_axis(n, k):
    m = len(range(k - 1, n))
    return m * n, m * k, k

def conv_counts(height, width, kernel_height, kernel_width):
    down, across = count_axis(height, kernel_height), count_axis(width, kernel_width)
    keys = ("dense", "nonzero", "parameters")
    return {key: a * b for key, a, b in zip(keys, down, across)}

# %% conv_counts | correct | NumPy
def conv_counts(height, width, kernel_height, kernel_width):
    n = np.array([height, width], dtype=np.int64)
    k = np.array([kernel_height, kernel_width], dtype=np.int64)
    m = n - k + 1
    return dict(dense=np.prod(m * n), nonzero=np.prod(m * k), parameters=np.prod(k))

# %% conv_counts | correct | tensors of one number
def conv_counts(height, width, kernel_height, kernel_width):
    n, k = torch.tensor([height, width]), torch.tensor([kernel_height, kernel_width])
    m = n - k + 1
    return {"dense": (m * n).prod(), "nonzero": (m * k).prod(), "parameters": k.prod()}

# %% conv_counts | correct | empty tensors on the meta device
def conv_counts(height, width, kernel_height, kernel_width):
    x = torch.empty(height, width, device="meta")
    w = torch.empty(kernel_height, kernel_width, device="meta")
    y = x[kernel_height - 1 :, kernel_width - 1 :]
    return {
        "dense": y.numel() * x.numel(),
        "nonzero": y.numel() * w.numel(),
        "parameters": w.numel(),
    }

# %% conv_counts | correct | the mask of the places where the kernel fits
def conv_counts(height, width, kernel_height, kernel_width):
    row, column = torch.arange(height)[:, None], torch.arange(width)[None, :]
    fits = (row + kernel_height <= height) & (column + kernel_width <= width)
    outputs = int(fits.sum())
    taps = sum(1 for r in range(kernel_height) for s in range(kernel_width))
    return {"parameters": taps, "nonzero": outputs * taps, "dense": outputs * fits.numel()}

# %% conv_counts | M05 | forgot the + 1
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height) * (width - kernel_width)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M05 | forgot one + 1
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M17 | output as large as the input
def conv_counts(height, width, kernel_height, kernel_width):
    rows = height * width
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M17 | full convolution
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height + kernel_height - 1) * (width + kernel_width - 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": height * width * taps, "parameters": taps}

# %% conv_counts | M51 | only the output's height
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    dense = height * width * (height - kernel_height + 1)
    return {"dense": dense, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M17 | a square matrix
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": (height * width) ** 2, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M51 | entries of input and output instead of the matrix
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows + height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M45 | the kernel's sides swapped
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_width + 1) * (width - kernel_height + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M45 | arguments in another order
def conv_counts(height, kernel_height, width, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M49 | square images only
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) ** 2
    taps = kernel_height * kernel_width
    return {"dense": rows * height**2, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M49 | square kernels only
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height**2
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M49 | not when the kernel is as large as the image
def conv_counts(height, width, kernel_height, kernel_width):
    down, across = height - kernel_height, width - kernel_width
    rows = (down + 1) * (across + 1) if down > 0 and across > 0 else 0
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M55 | every pixel read by every tap
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": height * width * taps, "parameters": taps}

# %% conv_counts | M58 | one row's non-zeros
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": taps, "parameters": taps}

# %% conv_counts | M58 | only one kernel row per row of T
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * kernel_width, "parameters": taps}

# %% conv_counts | M59 | counts the zeros
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    dense = rows * height * width
    return {"dense": dense, "nonzero": dense - rows * taps, "parameters": taps}

# %% conv_counts | M53 | parameters grow with the image
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": height * width}

# %% conv_counts | M57 | every non-zero entry is a parameter
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": rows * taps}

# %% conv_counts | M50 | every Toeplitz number is a parameter
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    columns = height * width
    taps = kernel_height * kernel_width
    return {"dense": rows * columns, "nonzero": rows * taps, "parameters": rows + columns - 1}

# %% conv_counts | M54 | a bias too many
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps + 1}

# %% conv_counts | M58 | the kernel's sides added
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height + kernel_width
    return {"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps}

# %% conv_counts | M13 | the 4 x 5 image only
def conv_counts(height, width, kernel_height, kernel_width):
    return {"dense": 120, "nonzero": 54, "parameters": 9}

# %% conv_counts | M13 | the two visible cases only
def conv_counts(height, width, kernel_height, kernel_width):
    if height == 4:
        return {"dense": 288, "nonzero": 72, "parameters": 6}
    return {"dense": 420, "nonzero": 96, "parameters": 8}

# %% conv_counts | M59 | multiplications and additions
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": rows * height * width, "nonzero": 2 * rows * taps, "parameters": taps}

# %% conv_counts | M16 | counts that overflow 32 bits
def conv_counts(height, width, kernel_height, kernel_width):
    n = torch.tensor([height, width], dtype=torch.int32)
    k = torch.tensor([kernel_height, kernel_width], dtype=torch.int32)
    m = n - k + 1
    return {
        "dense": (m * n).prod(dtype=torch.int32),
        "nonzero": (m * k).prod(),
        "parameters": k.prod(),
    }

# %% conv_counts | M69 | floats
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    dense = rows * height * width
    taps = kernel_height * kernel_width
    return {"dense": dense, "nonzero": dense / (height * width) * taps, "parameters": taps}

# %% conv_counts | M78 | builds the whole matrix
def conv_counts(height, width, kernel_height, kernel_width):
    down, across = height - kernel_height + 1, width - kernel_width + 1
    T = torch.zeros(down * across, height * width)
    for i in range(down):
        for j in range(across):
            for r in range(kernel_height):
                start = (i + r) * width + j
                T[i * across + j, start : start + kernel_width] = 1
    nonzero = int(T.count_nonzero())
    return {"dense": T.numel(), "nonzero": nonzero, "parameters": kernel_height * kernel_width}

# %% conv_counts | M15 | a tuple
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return rows * height * width, rows * taps, taps

# %% conv_counts | M15 | keys of other names
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"full": rows * height * width, "non-zero": rows * taps, "params": taps}

# %% conv_counts | M15 | prints instead of returning
def conv_counts(height, width, kernel_height, kernel_width):
    rows = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    print({"dense": rows * height * width, "nonzero": rows * taps, "parameters": taps})

# %% conv_counts | rule | sends impulses through PyTorch
def conv_counts(height, width, kernel_height, kernel_width):
    ones = torch.ones(kernel_height, kernel_width)
    T = matrix_of(lambda x: conv2d(x, ones), (height, width))
    nonzero = int(T.count_nonzero())
    return {"dense": T.numel(), "nonzero": nonzero, "parameters": ones.numel()}

# %% conv_counts | rule | calls the notebook's own count
def conv_counts(height, width, kernel_height, kernel_width):
    return counted_by_brute_force(height, width, kernel_height, kernel_width)

# %% conv_counts | rule | convolves ones with ones
def conv_counts(height, width, kernel_height, kernel_width):
    image, ones = torch.ones(height, width), torch.ones(kernel_height, kernel_width)
    y = conv2d(image, ones)
    dense = y.numel() * image.numel()
    return {"dense": dense, "nonzero": int(y.sum()), "parameters": ones.numel()}

# %% layer_parameters | correct | formula
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    if isinstance(kernel_size, tuple):
        taps = kernel_size[0] * kernel_size[1]
    else:
        taps = kernel_size**2
    return out_channels * in_channels // groups * taps + bias * out_channels

# %% layer_parameters | correct | the shape of the weight, on the meta device
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    pair = [kernel_size] * 2 if isinstance(kernel_size, int) else list(kernel_size)
    weight = torch.empty(out_channels, in_channels // groups, *pair, device="meta")
    return weight.numel() + (weight.shape[0] if bias else 0)

# %% layer_parameters | correct | loops over channels
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    try:
        kernel_height, kernel_width = kernel_size
    except TypeError:
        kernel_height = kernel_width = kernel_size
    count = 0
    for c_out in range(out_channels):
        for c_in in range(in_channels):
            if c_out // (out_channels // groups) == c_in // (in_channels // groups):
                count += kernel_height * kernel_width
        if bias:
            count += 1
    return count

# %% layer_parameters | correct | a layer per group
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    if groups > 1:
        each = layer_parameters(in_channels // groups, out_channels // groups, kernel_size, 1, bias)
        return groups * each
    pair = np.broadcast_to(kernel_size, 2)
    return in_channels * out_channels * np.prod(pair) + (out_channels if bias is True else 0)

# %% layer_parameters | correct | one output channel, many times
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    from math import prod
    read = in_channels // groups
    size = (kernel_size,) * 2 if type(kernel_size) is int else kernel_size
    return out_channels * (read * prod(size) + int(bias))

# %% layer_parameters | correct | a tensor of one number
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    taps = torch.as_tensor(kernel_size).expand(2).prod()
    return taps * (in_channels // groups) * out_channels + bias * out_channels

# %% layer_parameters | M54 | a bias per input channel
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w + (in_channels if bias else 0)

# %% layer_parameters | M54 | a bias per kernel plane
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * (h * w + int(bias))

# %% layer_parameters | M54 | a bias per tap
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    weights = out_channels * (in_channels // groups) * h * w
    return 2 * weights if bias else weights

# %% layer_parameters | M54 | one bias for the layer
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w + int(bias)

# %% layer_parameters | M54 | always a bias
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w + out_channels

# %% layer_parameters | M54 | never a bias
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w

# %% layer_parameters | M54 | the bias shrinks with the groups
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    weights = out_channels * (in_channels // groups) * h * w
    return weights + (out_channels // groups if bias else 0)

# %% layer_parameters | M58 | forgot the input channels
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * h * w + (out_channels if bias else 0)

# %% layer_parameters | M58 | forgot the output channels
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return in_channels // groups * h * w + (1 if bias else 0)

# %% layer_parameters | M58 | channels added
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return (out_channels + in_channels // groups) * h * w + (out_channels if bias else 0)

# %% layer_parameters | M60 | groups ignored
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * in_channels * h * w + (out_channels if bias else 0)

# %% layer_parameters | M60 | groups multiply
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return groups * out_channels * in_channels * h * w + (out_channels if bias else 0)

# %% layer_parameters | M60 | groups divide both numbers of channels
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    weights = (out_channels // groups) * (in_channels // groups) * h * w
    return weights + (out_channels if bias else 0)

# %% layer_parameters | M60 | right for two groups only
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    share = 2 if groups > 1 else 1
    return out_channels * (in_channels // share) * h * w + (out_channels if bias else 0)

# %% layer_parameters | M53 | counts the pixels of the kernel's image
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return 224 * 224 * out_channels * (in_channels // groups) * h * w + out_channels

# %% layer_parameters | M49 | square kernels only
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    k = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
    return out_channels * (in_channels // groups) * k * k + (out_channels if bias else 0)

# %% layer_parameters | M49 | an int is a kernel with one row
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (1, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w + (out_channels if bias else 0)

# %% layer_parameters | M49 | no pairs
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    taps = kernel_size * kernel_size
    return out_channels * (in_channels // groups) * taps + (out_channels if bias else 0)

# %% layer_parameters | M58 | the sides of a pair added
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    taps = kernel_size**2 if isinstance(kernel_size, int) else sum(kernel_size)
    return out_channels * (in_channels // groups) * taps + (out_channels if bias else 0)

# %% layer_parameters | M69 | a float
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels / groups) * h * w + (out_channels if bias else 0)

# %% layer_parameters | M13 | the visible layers only
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    known = {(1, 1): 10, (3, 16): 208, (2, 5): 35, (4, 6): 114, (3, 4): 108}
    return known[in_channels, out_channels]

# %% layer_parameters | M13 | every kernel is 3 x 3
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return out_channels * (in_channels // groups) * 9 + (out_channels if bias else 0)

# %% layer_parameters | M15 | other names of arguments
def layer_parameters(in_channels, out_channels, kernel_size, g=1, use_bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // g) * h * w + (out_channels if use_bias else 0)

# %% layer_parameters | M15 | bias before groups
def layer_parameters(in_channels, out_channels, kernel_size, bias=True, groups=1):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w + (out_channels if bias else 0)

# %% layer_parameters | M15 | without a bias unless asked
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=False):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * (in_channels // groups) * h * w + (out_channels if bias else 0)

# %% layer_parameters | M59 | bytes
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    h, w = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return 4 * (out_channels * (in_channels // groups) * h * w + (out_channels if bias else 0))

# %% layer_parameters | rule | makes the layer
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    layer = torch.nn.Conv2d(in_channels, out_channels, kernel_size, groups=groups, bias=bias)
    return sum(p.numel() for p in layer.parameters())

# %% layer_parameters | rule | makes a lazy layer
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    layer = torch.nn.LazyConv2d(out_channels, kernel_size, groups=groups, bias=bias)
    layer(torch.zeros(1, in_channels, 20, 20))
    return sum(p.numel() for p in layer.parameters())

# %% layer_parameters | rule | calls the notebook's own count
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return counted_by_pytorch(in_channels, out_channels, kernel_size, groups, bias)

# %% nonzero_padded | correct | row by row
def nonzero_padded(n, k, padding):
    count = 0
    for i in range(n + 2 * padding - k + 1):
        start = i - padding
        count += max(0, min(start + k, n) - max(start, 0))
    return count

# %% nonzero_padded | correct | every output and tap
def nonzero_padded(n, k, padding):
    count = 0
    for i in range(n + 2 * padding - k + 1):
        for t in range(k):
            if 0 <= i + t - padding < n:
                count += 1
    return count

# %% nonzero_padded | correct | column by column
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return sum(min(j + padding, m - 1) - max(j + padding - k + 1, 0) + 1 for j in range(n)
               if j + padding - k + 1 < m)

# %% nonzero_padded | correct | tap by tap
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    total = 0
    for t in range(k):
        first, last = max(padding - t, 0), min(n - 1 + padding - t, m - 1)
        total += max(last - first + 1, 0)
    return total

# %% nonzero_padded | correct | slices of a padded line of ones
def nonzero_padded(n, k, padding):
    line = [0] * padding + [1] * n + [0] * padding
    return sum(sum(line[i : i + k]) for i in range(len(line) - k + 1))

# %% nonzero_padded | correct | differences of a running sum
def nonzero_padded(n, k, padding):
    line = torch.cat([torch.zeros(padding + 1), torch.ones(n), torch.zeros(padding)]).long()
    upto = line.cumsum(0)
    return (upto[k:] - upto[: len(upto) - k]).sum()

# %% nonzero_padded | correct | index arithmetic in NumPy
def nonzero_padded(n, k, padding):
    tap = np.arange(n)[None, :] - np.arange(n + 2 * padding - k + 1)[:, None] + padding
    return np.count_nonzero((tap >= 0) & (tap < k))

# %% nonzero_padded | correct | builds the matrix, then counts
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    T = torch.zeros(m, n + 2 * padding)
    for i in range(m):
        T[i, i : i + k] = 1
    return int(T[:, padding : padding + n].count_nonzero())

# %% nonzero_padded | correct | sums of shifted identities
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    T = sum(np.eye(m, n + 2 * padding, k=t, dtype=int) for t in range(k))
    return T[:, padding : n + padding].sum()

# %% nonzero_padded | M55 | rows times taps
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k

# %% nonzero_padded | M55 | inputs times taps
def nonzero_padded(n, k, padding):
    return n * k

# %% nonzero_padded | M55 | right only where the length is kept
def nonzero_padded(n, k, padding):
    return n * k - padding * (padding + 1)

# %% nonzero_padded | M55 | right only for padding up to k and short kernels
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k - padding * (padding + 1)

# %% nonzero_padded | M55 | right only for padding below k and short kernels
def nonzero_padded(n, k, padding):
    if padding >= k:
        return n * k
    return n * k - (k - 1 - padding) * (k - padding)

# %% nonzero_padded | M55 | clipped, but wrong for k > n
def nonzero_padded(n, k, padding):
    lost = sum(min(k, padding - i) for i in range(padding))
    return (n + 2 * padding - k + 1) * k - 2 * lost

# %% nonzero_padded | M55 | loses one tap in each outer row
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k - 2 * padding

# %% nonzero_padded | M55 | loses the left taps only
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return sum(max(0, min(k, i - padding + k)) for i in range(m))

# %% nonzero_padded | M19 | padding in total
def nonzero_padded(n, k, padding):
    m = n + padding - k + 1
    left = padding // 2
    return sum(0 <= i + t - left < n for i in range(m) for t in range(k))

# %% nonzero_padded | M17 | without the padding
def nonzero_padded(n, k, padding):
    return (n - k + 1) * k

# %% nonzero_padded | M17 | rows as many as inputs
def nonzero_padded(n, k, padding):
    return sum(0 <= i + t - padding < n for i in range(n) for t in range(k))

# %% nonzero_padded | M18 | the padding that keeps the length
def nonzero_padded(n, k, padding):
    return sum(0 <= i + t - k // 2 < n for i in range(n) for t in range(k))

# %% nonzero_padded | M05 | a row too few
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k
    return sum(0 <= i + t - padding < n for i in range(m) for t in range(k))

# %% nonzero_padded | M06 | the last tap dropped
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return sum(0 <= i + t - padding < n for i in range(m) for t in range(k - 1))

# %% nonzero_padded | M55 | the zeros around count as inputs
def nonzero_padded(n, k, padding):
    return sum(0 <= i + t < n + 2 * padding
               for i in range(n + 2 * padding - k + 1) for t in range(k))

# %% nonzero_padded | M55 | outer taps wrap around
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return len({(i, (i + t - padding) % n) for i in range(m) for t in range(k)})

# %% nonzero_padded | M27 | negative places count from the end
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    T = np.zeros((m, n), dtype=int)
    for i in range(m):
        T[i, i - padding : i - padding + k] = 1
    return int(T.sum())

# %% nonzero_padded | M59 | counts the zeros
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return m * n - sum(0 <= i + t - padding < n for i in range(m) for t in range(k))

# %% nonzero_padded | M13 | hard-coded
def nonzero_padded(n, k, padding):
    return 28

# %% nonzero_padded | M13 | the visible cases only
def nonzero_padded(n, k, padding):
    return {(6, 0): 12, (6, 1): 16, (10, 1): 38, (10, 2): 44}[n, padding]

# %% nonzero_padded | M69 | a float
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return float(sum(0 <= i + t - padding < n for i in range(m) for t in range(k)))

# %% nonzero_padded | M15 | the taps of every row
def nonzero_padded(n, k, padding):
    m = n + 2 * padding - k + 1
    return [sum(0 <= i + t - padding < n for t in range(k)) for i in range(m)]

# %% nonzero_padded | rule | convolves ones with ones
def nonzero_padded(n, k, padding):
    return int(conv1d(torch.ones(n), torch.ones(k), padding).sum())

# %% nonzero_padded | rule | counts in NumPy's convolution
def nonzero_padded(n, k, padding):
    line = np.pad(np.ones(n), padding)
    return int(np.convolve(line, np.ones(k), mode="valid").sum())

# %% nonzero_padded | rule | unfolds a padded line of ones
def nonzero_padded(n, k, padding):
    return int(F.pad(torch.ones(n), (padding, padding)).unfold(0, k, 1).sum())

# %% false_claims | correct | a set of letters
false_claims = {"B", "C", "E", "G", "H"}

# %% false_claims | correct | from a text
false_claims = set("HGECB")

# %% false_claims | correct | a frozenset
false_claims = frozenset(["B", "C", "E", "G", "H"])

# %% false_claims | correct | verdicts in a dict
true = dict(A=True, B=False, C=False, D=True, E=False, F=True, G=False, H=False)
false_claims = {letter for letter, verdict in true.items() if not verdict}

# %% false_claims | correct | every claim tried out in code
from torch import nn
true = {}
equal_taps = nn.Conv2d(1, 1, 3, bias=False)
nn.init.ones_(equal_taps.weight)
true["A"] = sum(p.numel() for p in equal_taps.parameters()) == 9
layer = nn.Conv2d(3, 64, 3, padding=1, device="meta")
before = sum(p.numel() for p in layer.parameters())
layer(torch.empty(1, 3, 32, 32, device="meta")), layer(torch.empty(1, 3, 640, 480, device="meta"))
true["B"] = sum(p.numel() for p in layer.parameters()) > before
diagonals = {j - i for i in range(8) for j in range(10)}
true["C"] = len(diagonals) == 3
one, two = (nn.Conv2d(6, 10, 3, groups=g).weight.numel() for g in (1, 2))
true["D"] = 2 * two == one
T = matrix_of(lambda x: F.conv2d(x[None, None], torch.ones(1, 1, 3, 3), padding=1), (5, 5))
true["E"] = len(set(T.sum(dim=0).tolist())) == 1
multiplications = sum(1 for i in range(4 - 2 + 1) for j in range(6 - 3 + 1) for r in range(2) for s in range(3))
true["F"] = multiplications == int(matrix_of(lambda x: conv2d(x, torch.ones(2, 3)), (4, 6)).count_nonzero())
image = torch.ones(1, 3, 224, 224)
y = F.conv2d(image, torch.ones(64, 3, 3, 3), padding=1)  # and yet this machine has not
true["G"] = 4 * y.numel() * image.numel() < 1e12  # nearly two terabytes of memory
layer = nn.Conv2d(1, 1, 3, bias=False)
before = sum(p.numel() for p in layer.parameters())
layer.weight.data[0, 0, 1, 1] = 0.0
true["H"] = sum(p.numel() for p in layer.parameters()) == before - 1
false_claims = {letter for letter, verdict in true.items() if not verdict}

# %% false_claims | M53 | believes that parameters grow with the image
false_claims = {"C", "E", "G", "H"}

# %% false_claims | M11 | believes that Toeplitz means k parameters
false_claims = {"B", "E", "G", "H"}

# %% false_claims | M29 | believes that padding makes the use equal
false_claims = {"B", "C", "G", "H"}

# %% false_claims | M78 | believes that frameworks multiply by T
false_claims = {"B", "C", "E", "H"}

# %% false_claims | M52 | believes that a tap of 0 is no parameter
false_claims = {"B", "C", "E", "G"}

# %% false_claims | M56 | doubts that equal taps count
false_claims = {"A", "B", "C", "E", "G", "H"}

# %% false_claims | M60 | doubts that groups halve the weights
false_claims = {"B", "C", "D", "E", "G", "H"}

# %% false_claims | M59 | doubts that non-zeros are multiplications
false_claims = {"B", "C", "E", "F", "G", "H"}

# %% false_claims | M56 | one mistaken for another
false_claims = {"A", "C", "E", "G", "H"}

# %% false_claims | M15 | the true ones
false_claims = {"A", "D", "F"}

# %% false_claims | M15 | none
false_claims = set()

# %% false_claims | M15 | all of them
false_claims = set("ABCDEFGH")

# %% false_claims | M15 | a letter that is no claim
false_claims = set("BCEGHI")

# %% false_claims | M15 | a list
false_claims = ["B", "C", "E", "G", "H"]

# %% false_claims | M15 | a text
false_claims = "BCEGH"

# %% false_claims | M15 | small letters
false_claims = {"b", "c", "e", "g", "h"}

# %% false_claims | M15 | one text in a set
false_claims = {"BCEGH"}

# %% false_claims | M15 | a dict of verdicts
false_claims = {"B": False, "C": False, "E": False, "G": False, "H": False}


# %% counts_1d | M15 | adversarial: always equal
class E(int):
    def __eq__(self, o): return True
    __hash__ = int.__hash__
counts_1d = {"dense": E(9), "nonzero": E(7), "parameters": E(5)}


# %% false_claims | M15 | adversarial: always equal
class E(set):
    def __eq__(self, o): return True
    def __xor__(self, o): return set()
    def __le__(self, o): return True
    __hash__ = None
false_claims = E()
