# %% flat_index | correct | formula
def flat_index(row, col, width):
    return row * width + col


# %% flat_index | correct | counting pixel by pixel
def flat_index(row, col, width):
    place = 0
    r, c = 0, 0
    while (r, c) != (row, col):
        place += 1
        c += 1
        if c == width:
            r, c = r + 1, 0
    return place


# %% flat_index | correct | a page of numbers
def flat_index(row, col, width):
    return torch.arange((row + 1) * width).reshape(row + 1, width)[row, col]


# %% flat_index | correct | NumPy's own
def flat_index(row, col, width):
    return np.ravel_multi_index((row, col), (row + 1, width))


# %% flat_index | correct | backwards from the end of the row
def flat_index(row, col, width):
    return (row + 1) * width - (width - col)


# %% flat_index | correct | a list of all pixels
def flat_index(row, col, width):
    pixels = [(r, c) for r in range(row + 1) for c in range(width)]
    return pixels.index((row, col))


# %% flat_index | M43 | column-major
def flat_index(row, col, width):
    return col * width + row


# %% flat_index | M43 | column-major, in columns that end with this row
def flat_index(row, col, width):
    return col * (row + 1) + row


# %% flat_index | M05 | counted from 1
def flat_index(row, col, width):
    return row * width + col + 1


# %% flat_index | M05 | rows counted from 1
def flat_index(row, col, width):
    return (row - 1) * width + col


# %% flat_index | M44 | rows one pixel too short
def flat_index(row, col, width):
    return row * (width - 1) + col


# %% flat_index | M13 | the width of img_2d
def flat_index(row, col, width):
    return row * 5 + col


# %% flat_index | M44 | adds up the steps
def flat_index(row, col, width):
    return row + col


# %% flat_index | M45 | row and col swapped with the width
def flat_index(row, col, width):
    return row * col + width


# %% flat_index | M16 | a float
def flat_index(row, col, width):
    return float(row * width + col)


# %% flat_index | M13 | only the visible cases
def flat_index(row, col, width):
    return {(1, 2, 4): 6, (0, 3, 5): 3, (2, 0, 5): 10}.get((row, col, width), 0)


# %% typed_2d | correct | nested list of ints
a, b, c, o = [2, 1, -2], [-3, -1, 1], [1, 1, -1], [0] * 5
T_2d = [
    [*a, 0, 0, *b, 0, 0, *c, 0, 0, *o],
    [0, *a, 0, 0, *b, 0, 0, *c, 0, *o],
    [0, 0, *a, 0, 0, *b, 0, 0, *c, *o],
    [*o, *a, 0, 0, *b, 0, 0, *c, 0, 0],
    [*o, 0, *a, 0, 0, *b, 0, 0, *c, 0],
    [*o, 0, 0, *a, 0, 0, *b, 0, 0, *c],
]

# %% typed_2d | correct | NumPy array of float64
T_2d = np.zeros((6, 20))
for i, start in enumerate([0, 1, 2, 5, 6, 7]):
    for r in range(3):
        T_2d[i, start + 5 * r : start + 5 * r + 3] = weight_2d[r]

# %% typed_2d | correct | typed as text
T_2d = """
2 1 -2 0 0 -3 -1 1 0 0 1 1 -1 0 0 0 0 0 0 0
0 2 1 -2 0 0 -3 -1 1 0 0 1 1 -1 0 0 0 0 0 0
0 0 2 1 -2 0 0 -3 -1 1 0 0 1 1 -1 0 0 0 0 0
0 0 0 0 0 2 1 -2 0 0 -3 -1 1 0 0 1 1 -1 0 0
0 0 0 0 0 0 2 1 -2 0 0 -3 -1 1 0 0 1 1 -1 0
0 0 0 0 0 0 0 2 1 -2 0 0 -3 -1 1 0 0 1 1 -1
"""
T_2d = torch.tensor([[float(v) for v in line.split()] for line in T_2d.strip().splitlines()])

# %% typed_2d | correct | a list of tensors
T_2d = []
for start in [0, 1, 2, 5, 6, 7]:
    row = torch.zeros(20, dtype=torch.int64)
    row[[start, start + 1, start + 2]] = torch.tensor([2, 1, -2])
    row[[start + 5, start + 6, start + 7]] = torch.tensor([-3, -1, 1])
    row[[start + 10, start + 11, start + 12]] = torch.tensor([1, 1, -1])
    T_2d.append(row)

# %% typed_2d | M01 | kernel turned by half a turn
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d.flip(0, 1)
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M04 | transposed
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d
T_2d = T_2d.reshape(6, 20).T

# %% typed_2d | M05 | nine rows, as if the output were 3 x 3
line = torch.tensor([2.0, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0])
T_2d = torch.stack([line.roll(s) for s in [0, 1, 2, 5, 6, 7, 10, 11, 12]])

# %% typed_2d | M05 | ragged rows
T_2d = [[0] * s + [2, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1] for s in [0, 1, 2, 5, 6, 7]]

# %% typed_2d | M10 | twenty rows that wrap around
line = torch.tensor([2.0, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0])
T_2d = torch.stack([line.roll(s) for s in range(20)])

# %% typed_2d | M41 | no jump: starts 0 to 5
line = torch.tensor([2.0, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0])
T_2d = torch.stack([line.roll(s) for s in range(6)])

# %% typed_2d | M41 | jump of the wrong length
line = torch.tensor([2.0, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0])
T_2d = torch.stack([line.roll(s) for s in [0, 1, 2, 4, 5, 6]])

# %% typed_2d | M42 | kernel rows without a gap
line = torch.cat([weight_2d.reshape(-1), torch.zeros(11)])
T_2d = torch.stack([line.roll(s) for s in [0, 1, 2, 5, 6, 7]])

# %% typed_2d | M42 | gap of one zero
line = torch.tensor([2.0, 1, -2, 0, -3, -1, 1, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
T_2d = torch.stack([line.roll(s) for s in [0, 1, 2, 5, 6, 7]])

# %% typed_2d | M43 | pixels numbered down the columns
T_2d = torch.zeros(2, 3, 5, 4)
for i in range(2):
    for j in range(3):
        T_2d[i, j, j : j + 3, i : i + 3] = weight_2d.T
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M43 | outputs numbered down the columns
T_2d = torch.zeros(3, 2, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[j, i, i : i + 3, j : j + 3] = weight_2d
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M44 | image rows of length 3
T_2d = torch.zeros(6, 20)
for i in range(2):
    for j in range(3):
        for r in range(3):
            for s in range(3):
                T_2d[3 * i + j, 3 * (i + r) + j + s] = weight_2d[r, s]

# %% typed_2d | M46 | flipped left to right only
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d.flip(1)
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M46 | kernel transposed
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d.T
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M47 | bottom row first
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d
T_2d = T_2d.reshape(6, 20).flipud()

# %% typed_2d | M48 | not folded into a matrix
T_2d = torch.zeros(6, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[3 * i + j, i : i + 3, j : j + 3] = weight_2d

# %% typed_2d | M14 | equal outputs for img_2d only
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d
T_2d = T_2d.reshape(6, 20)
T_2d[:, 2] = 0.0

# %% typed_2d | M06 | the last column of taps left out
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 2] = weight_2d[:, :2]
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M06 | one typing error in the last row, where the last tap stands
T_2d = torch.zeros(2, 3, 4, 5)
for i in range(2):
    for j in range(3):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d
T_2d = T_2d.reshape(6, 20)
T_2d[5, 19] = 1

# %% typed_2d | M07 | six times the first row
T_2d = [[2, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0]] * 6

# %% typed_2d | M45 | for images of 5 x 4
T_2d = torch.zeros(3, 2, 5, 4)
for i in range(3):
    for j in range(2):
        T_2d[i, j, i : i + 3, j : j + 3] = weight_2d
T_2d = T_2d.reshape(6, 20)

# %% typed_2d | M48 | one row only
T_2d = [2, 1, -2, 0, 0, -3, -1, 1, 0, 0, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0]


# %% toeplitz_2d | correct | four loops
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros((out_h * out_w, height * width), dtype=weight.dtype)
    for i in range(out_h):
        for j in range(out_w):
            for r in range(R):
                for s in range(S):
                    T[i * out_w + j, (i + r) * width + j + s] = weight[r, s]
    return T


# %% toeplitz_2d | correct | patches in four axes
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.flatten(2).flatten(0, 1)


# %% toeplitz_2d | correct | index arithmetic on whole axes
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    i = torch.arange(height - R + 1).view(-1, 1, 1, 1)
    j = torch.arange(width - S + 1).view(-1, 1, 1)
    r = torch.arange(height).view(-1, 1) - i
    s = torch.arange(width) - j
    inside = (r >= 0) & (r < R) & (s >= 0) & (s < S)
    taps = weight[r.clamp(0, R - 1), s.clamp(0, S - 1)]
    T = torch.where(inside, taps, torch.zeros((), dtype=weight.dtype))
    return T.reshape((height - R + 1) * (width - S + 1), height * width)


# %% toeplitz_2d | correct | scatter, one tap for all outputs at once
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    i, j = torch.meshgrid(torch.arange(height - R + 1), torch.arange(width - S + 1), indexing="ij")
    start = (i * width + j).reshape(-1)
    T = weight.new_zeros(len(start), height * width)
    for r in range(R):
        for s in range(S):
            T[torch.arange(len(start)), start + r * width + s] = weight[r, s]
    return T


# %% toeplitz_2d | correct | one long kernel row, rolled
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    page = F.pad(weight, (0, width - S, 0, height - R)).reshape(-1)
    starts = [i * width + j for i in range(height - R + 1) for j in range(width - S + 1)]
    return torch.stack([page.roll(start) for start in starts])


# %% toeplitz_2d | correct | nested lists
def toeplitz_2d(weight, height, width):
    w = weight.tolist()
    R, S = len(w), len(w[0])
    rows = []
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            page = [[0.0] * width for _ in range(height)]
            for r in range(R):
                page[i + r][j : j + S] = w[r]
            rows.append([v for line in page for v in line])
    return rows


# %% toeplitz_2d | correct | sum of Kronecker products
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    E, G = np.eye(height), np.eye(width)
    return sum(
        weight[r, s].item() * np.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d | correct | glued from 1D blocks
def toeplitz_1d(w, n):
    return torch.stack(
        [
            torch.cat([w.new_zeros(i), w, w.new_zeros(n - len(w) - i)])
            for i in range(n - len(w) + 1)
        ]
    )


def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    blocks = [toeplitz_1d(line, width) for line in weight]
    empty = torch.zeros_like(blocks[0])
    lines = []
    for i in range(height - R + 1):
        lines.append(
            torch.cat([blocks[J - i] if 0 <= J - i < R else empty for J in range(height)], 1)
        )
    return torch.cat(lines)


# %% toeplitz_2d | correct | a strided view in NumPy
def toeplitz_2d(weight, height, width):
    w = np.ascontiguousarray(weight.numpy())
    R, S = w.shape
    big = np.zeros((2 * height - R, 2 * width - S), w.dtype)
    big[height - R : height, width - S : width] = w
    a, b = big.strides
    top = big[height - R :, width - S :]
    shape = (height - R + 1, width - S + 1, height, width)
    view = np.lib.stride_tricks.as_strided(top, shape, (-a, -b, a, b))
    return view.reshape(shape[0] * shape[1], -1)


# %% toeplitz_2d | correct | own loops on impulses, column by column
def slide(x, weight):
    R, S = weight.shape
    return [
        [(x[i : i + R, j : j + S] * weight).sum() for j in range(x.shape[1] - S + 1)]
        for i in range(x.shape[0] - R + 1)
    ]


def toeplitz_2d(weight, height, width):
    columns = []
    for p in range(height * width):
        x = torch.zeros(height * width, dtype=weight.dtype)
        x[p] = 1
        columns.append(torch.tensor(slide(x.reshape(height, width), weight), dtype=weight.dtype))
    return torch.stack([c.reshape(-1) for c in columns], dim=1)


# %% toeplitz_2d | correct | with a flat_index of its own, spoils its input
def place(row, col, width):
    return row * width + col


def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros((height - R + 1) * (width - S + 1), height * width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            for r in range(R):
                start = place(i + r, j, width)
                T[place(i, j, width - S + 1), start : start + S] = weight[r]
    weight.zero_()
    return T


# %% toeplitz_2d | M01 | kernel turned by half a turn
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight.flip(0, 1)
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M04 | transposed
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width).T


# %% toeplitz_2d | M05 | forgot the + 1
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R, width - S, height, width, dtype=weight.dtype)
    for i in range(height - R):
        for j in range(width - S):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape((height - R) * (width - S), height * width)


# %% toeplitz_2d | M05 | one row of outputs too few
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros(out_h, out_w, height, width, dtype=weight.dtype)
    for i in range(out_h - 1):
        for j in range(out_w):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(out_h * out_w, height * width)


# %% toeplitz_2d | M06 | last column of taps dropped
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S - 1] = weight[:, :-1]
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M07 | all rows the same
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    page = torch.zeros(height, width, dtype=weight.dtype)
    page[:R, :S] = weight
    return page.reshape(1, -1).repeat((height - R + 1) * (width - S + 1), 1)


# %% toeplitz_2d | M01 | the kernel down the columns, cut where it fits
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for a in range(height):
        for b in range(width):
            for r in range(R):
                for s in range(S):
                    i, j = a - R + 1 + r, b - S + 1 + s
                    if 0 <= i <= height - R and 0 <= j <= width - S:
                        T[i, j, a, b] = weight[r, s]
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M09 | the kernel down the columns, from the top
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for a in range(height - R + 1):
        for b in range(width - S + 1):
            part = T[a : a + R, b : b + S, a, b]
            part[:] = weight[: len(part), : part.shape[1]]
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M10 | a row per pixel, wrapped around
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    page = F.pad(weight, (0, width - S, 0, height - R)).reshape(-1)
    return torch.stack([page.roll(i) for i in range(height * width)])


# %% toeplitz_2d | M10 | wraps to the next line instead of jumping
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    page = F.pad(weight, (0, width - S, 0, height - R))
    rows = [page.roll((i, j), (0, 1)).reshape(-1) for i in range(height) for j in range(width)]
    return torch.stack(rows)


# %% toeplitz_2d | M13 | the image of the exercise hard-coded
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(5 - R, 6 - S, 4, 5)
    for i in range(5 - R):
        for j in range(6 - S):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, 20)


# %% toeplitz_2d | M13 | kernel size hard-coded
def toeplitz_2d(weight, height, width):
    T = torch.zeros(height - 2, width - 2, height, width, dtype=weight.dtype)
    for i in range(height - 2):
        for j in range(width - 2):
            T[i, j, i : i + 3, j : j + 3] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M13 | only the two visible cases
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    assert (height, width) in [(4, 6), (4, 5)]
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M16 | float64 rounded to float32
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M17 | an output for every pixel
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height, width, height + R - 1, width + S - 1, dtype=weight.dtype)
    for i in range(height):
        for j in range(width):
            T[i, j, i : i + R, j : j + S] = weight
    T = T[:, :, (R - 1) // 2 :, (S - 1) // 2 :][:, :, :height, :width]
    return T.reshape(height * width, -1)


# %% toeplitz_2d | M41 | no jump at the end of a line
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    page = F.pad(weight, (0, width - S, 0, height - R)).reshape(-1)
    return torch.stack([page.roll(i) for i in range((height - R + 1) * (width - S + 1))])


# %% toeplitz_2d | M41 | jump one too long
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    page = F.pad(weight, (0, width - S, 0, height - R)).reshape(-1)
    starts = [i * (width + 1) + j for i in range(height - R + 1) for j in range(width - S + 1)]
    return torch.stack([page.roll(start) for start in starts])


# %% toeplitz_2d | M42 | kernel rows without a gap
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    line = torch.cat([weight.reshape(-1), weight.new_zeros(height * width - R * S)])
    starts = [i * width + j for i in range(height - R + 1) for j in range(width - S + 1)]
    return torch.stack([line.roll(start) for start in starts])


# %% toeplitz_2d | M43 | pixels numbered down the columns
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, width, height, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, j : j + S, i : i + R] = weight.T
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M43 | outputs numbered down the columns
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(width - S + 1, height - R + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[j, i, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M43 | both numbered down the columns
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(width - S + 1, height - R + 1, width, height, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[j, i, j : j + S, i : i + R] = weight.T
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M44 | pixels counted in rows of height
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros(out_h * out_w, height * width, dtype=weight.dtype)
    for i in range(out_h):
        for j in range(out_w):
            for r in range(R):
                for s in range(S):
                    T[i * out_w + j, ((i + r) * height + j + s) % (height * width)] = weight[r, s]
    return T


# %% toeplitz_2d | M44 | pixels counted in rows of the output map
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros(out_h * out_w, height * width, dtype=weight.dtype)
    for i in range(out_h):
        for j in range(out_w):
            for r in range(R):
                for s in range(S):
                    T[i * out_w + j, (i + r) * out_w + j + s] = weight[r, s]
    return T


# %% toeplitz_2d | M44 | outputs counted in rows of the output's height
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros(out_h * out_w, height * width, dtype=weight.dtype)
    for i in range(out_h):
        for j in range(out_w):
            for r in range(R):
                for s in range(S):
                    T[(i * out_h + j) % len(T), (i + r) * width + j + s] = weight[r, s]
    return T


# %% toeplitz_2d | M44 | outputs counted in rows of the image
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros(out_h * out_w, height * width, dtype=weight.dtype)
    for i in range(out_h):
        for j in range(out_w):
            for r in range(R):
                for s in range(S):
                    T[(i * width + j) % len(T), (i + r) * width + j + s] = weight[r, s]
    return T


# %% toeplitz_2d | M45 | height and width swapped
def toeplitz_2d(weight, width, height):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M45 | kernel sides swapped
def toeplitz_2d(weight, height, width):
    S, R = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight.T
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M46 | flipped top to bottom only
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight.flip(0)
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M46 | flipped left to right only
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight.flip(1)
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M46 | reads the taps of the transposed kernel
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight.T.reshape(R, S)
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M47 | bottom row first
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[height - R - i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M48 | four axes, not folded into a matrix
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T


# %% toeplitz_2d | M49 | square kernels only
def toeplitz_2d(weight, height, width):
    k = len(weight)
    T = torch.zeros(height - k + 1, width - k + 1, height, width, dtype=weight.dtype)
    for i in range(height - k + 1):
        for j in range(width - k + 1):
            T[i, j, i : i + k, j : j + k] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M49 | wide images only, as loops over the width
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out_h, out_w = height - R + 1, width - S + 1
    T = torch.zeros(out_h * out_w, height * width, dtype=weight.dtype)
    for i in range(min(out_h, out_w)):
        for j in range(out_w):
            for r in range(R):
                start = (i + r) * width + j
                T[i * out_w + j, start : start + S] = weight[r]
    return T


# %% toeplitz_2d | M49 | kernel strictly smaller than the image
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    if R >= height or S >= width:
        raise ValueError("the kernel does not fit")
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M49 | squeezes thin kernels to one axis
def toeplitz_2d(weight, height, width):
    R, S = weight.squeeze().shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M49 | separable kernels only
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    down = sum(weight[r, 0] / weight[0, 0] * E[r : r + height - R + 1] for r in range(R))
    across = sum(weight[0, s] * G[s : s + width - S + 1] for s in range(S))
    return torch.kron(down, across)


# %% toeplitz_2d | M14 | blocks wrong, equal outputs on constant images
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    out = (height - R + 1) * (width - S + 1)
    return torch.full((out, height * width), weight.sum().item() / (height * width))


# %% toeplitz_2d | M66 | reads the memory behind a view
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    w = torch.as_strided(weight, (R, S), (S, 1))
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = w
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M66 | view fails on a transposed kernel
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    w = weight.view(-1)
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            for t in range(R * S):
                T[i, j, i + t // S, j + t % S] = w[t]
    return T.reshape(-1, height * width)


# %% toeplitz_2d | M48 | returns nothing
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width)


# %% toeplitz_2d | rule | sends impulses through F.conv2d
def toeplitz_2d(weight, height, width):
    eye = torch.eye(height * width, dtype=weight.dtype).reshape(-1, 1, height, width)
    return F.conv2d(eye, weight[None, None]).flatten(1).T


# %% toeplitz_2d | rule | the notebook's conv2d
def toeplitz_2d(weight, height, width):
    eye = torch.eye(height * width, dtype=weight.dtype)
    return torch.stack([conv2d(e.reshape(height, width), weight).flatten() for e in eye], 1)


# %% toeplitz_2d | rule | the kit's matrix_of
def toeplitz_2d(weight, height, width):
    f = lambda x: conv2d(x, weight)
    return matrix_of(f, (height, width), dtype=weight.dtype)


# %% toeplitz_2d | rule | unfold of the numbered image
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    n = height * width
    eye = torch.eye(n, dtype=weight.dtype).reshape(n, 1, height, width)
    patches = torch.nn.functional.unfold(eye, (R, S))
    return (patches * weight.reshape(1, -1, 1)).sum(1).T


# %% toeplitz_2d | rule | SciPy's toeplitz for the blocks
import scipy.linalg


def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    w = weight.numpy()
    T = 0
    for r in range(R):
        first = np.concatenate([w[r], np.zeros(width - S)])
        column = np.concatenate([w[r, :1], np.zeros(width - S)])
        block = scipy.linalg.toeplitz(column, first)
        T = T + np.kron(np.eye(height - R + 1, height, r), block)
    return T


# %% is_block_toeplitz | correct | four axes
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | correct | loops over entries
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


# %% is_block_toeplitz | correct | blocks cut out one by one
def is_toeplitz(T):
    return bool((T[1:, 1:] == T[:-1, :-1]).all())


def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    down, across = T.shape[0] // r, T.shape[1] // c
    block = {
        (I, J): T[I * r : (I + 1) * r, J * c : (J + 1) * c]
        for I in range(down)
        for J in range(across)
    }
    return all(is_toeplitz(b) for b in block.values()) and all(
        torch.equal(block[I, J], block[I - 1, J - 1])
        for I in range(1, down)
        for J in range(1, across)
    )


# %% is_block_toeplitz | correct | a dict keyed by two offsets
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    seen = {}
    for i, row in enumerate(T.tolist()):
        for j, value in enumerate(row):
            if seen.setdefault((j // c - i // r, j % c - i % r), value) != value:
                return False
    return True


# %% is_block_toeplitz | correct | shifted parts of the whole matrix
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    M = T.numpy()
    outside = np.array_equal(M[r:, c:], M[:-r, :-c])
    i = np.arange(1, M.shape[0])[:, None]
    j = np.arange(1, M.shape[1])
    same_block = (i % r != 0) & (j % c != 0)
    inside = ((M[1:, 1:] == M[:-1, :-1]) | ~same_block).all()
    return outside and inside


# %% is_block_toeplitz | correct | rebuilt from first blocks with SciPy
def is_block_toeplitz(T, block_shape):
    from scipy.linalg import toeplitz

    r, c = block_shape
    M = T.numpy()
    down, across = M.shape[0] // r, M.shape[1] // c
    R = np.empty_like(M)
    for I in range(down):
        for J in range(across):
            k = min(I, J)
            first = M[(I - k) * r : (I - k + 1) * r, (J - k) * c : (J - k + 1) * c]
            R[I * r : (I + 1) * r, J * c : (J + 1) * c] = toeplitz(first[:, 0], first[0])
    return np.array_equal(R, M)


# %% is_block_toeplitz | correct | NumPy bool, split and block
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    grid = [row.split(c, dim=1) for row in T.split(r, dim=0)]
    good = True
    for I, line in enumerate(grid):
        for J, block in enumerate(line):
            for d in range(-r + 1, c):
                good &= len(block.diagonal(d).unique()) == 1
            if I and J:
                good &= bool((block == grid[I - 1][J - 1]).all())
    return np.bool_(good)


# %% is_block_toeplitz | M50 | plain Toeplitz
def is_block_toeplitz(T, block_shape):
    return bool((T[1:, 1:] == T[:-1, :-1]).all())


# %% is_block_toeplitz | M11 | inside only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    return bool((B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all())


# %% is_block_toeplitz | M11 | outside only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    return bool((B[1:, :, 1:, :] == B[:-1, :, :-1, :]).all())


# %% is_block_toeplitz | M11 | one level is enough
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    outside = (B[1:, :, 1:, :] == B[:-1, :, :-1, :]).all()
    return bool(inside or outside)


# %% is_block_toeplitz | M11 | inside for the first block only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    first = T[:r, :c]
    inside = (first[1:, 1:] == first[:-1, :-1]).all()
    return bool(inside and (T[r:, c:] == T[:-r, :-c]).all())


# %% is_block_toeplitz | M11 | inside for the first row of blocks only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[0, 1:, :, 1:] == B[0, :-1, :, :-1]).all()
    outside = (B[1:, :, 1:, :] == B[:-1, :, :-1, :]).all()
    return bool(inside and outside)


# %% is_block_toeplitz | M11 | outside along the main block diagonal only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    n = min(B.shape[0], B.shape[2])
    outside = all(torch.equal(B[0, :, 0], B[k, :, k]) for k in range(n))
    return bool(inside) and outside


# %% is_block_toeplitz | M11 | outside above the main block diagonal only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    outside = all(
        torch.equal(B[I, :, J], B[I - 1, :, J - 1])
        for I in range(1, B.shape[0])
        for J in range(I, B.shape[2])
    )
    return bool(inside) and outside


# %% is_block_toeplitz | M50 | all blocks must be equal
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    return bool(inside and (B == B[:1, :, :1, :]).all())


# %% is_block_toeplitz | M14 | compares the sums of blocks
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    sums = B.sum((1, 3))
    return bool(inside and (sums[1:, 1:] == sums[:-1, :-1]).all())


# %% is_block_toeplitz | M11 | compares only where the zeros are
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = (T != 0).reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M45 | block_shape read as (columns, rows)
def is_block_toeplitz(T, block_shape):
    c, r = block_shape
    if T.shape[0] % r or T.shape[1] % c:
        return False
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M45 | block_shape read as the number of blocks
def is_block_toeplitz(T, block_shape):
    down, across = block_shape
    if T.shape[0] % down or T.shape[1] % across:
        return False
    B = T.reshape(down, T.shape[0] // down, across, T.shape[1] // across)
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M49 | square blocks only
def is_block_toeplitz(T, block_shape):
    r = c = block_shape[1]
    if T.shape[0] % r:
        return False
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M61 | reshaped without keeping rows and columns apart
def is_block_toeplitz(T, block_shape):
    B = T.reshape(-1, *block_shape)
    inside = (B[:, 1:, 1:] == B[:, :-1, :-1]).all()
    r, c = block_shape
    return bool(inside and (T[r:, c:] == T[:-r, :-c]).all())


# %% is_block_toeplitz | M05 | the last row of blocks is forgotten
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    for I in range(T.shape[0] // r - 1):
        for J in range(T.shape[1] // c - 1):
            here = T[I * r : (I + 1) * r, J * c : (J + 1) * c]
            there = T[(I + 1) * r : (I + 2) * r, (J + 1) * c : (J + 2) * c]
            if not torch.equal(here, there) or not torch.equal(here[1:, 1:], here[:-1, :-1]):
                return False
    return True


# %% is_block_toeplitz | M11 | the last column of every block is forgotten
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = B[:, 1:, :, 1:-1] == B[:, :-1, :, :-2]
    outside = B[1:, :, 1:, :-1] == B[:-1, :, :-1, :-1]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M10 | wants blocks that wrap around
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    return bool(inside and (B == B.roll((1, 1), (0, 2))).all())


# %% is_block_toeplitz | M08 | wants symmetric blocks
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    if r != c:
        return False
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    return bool((B == B.transpose(1, 3)).all())


# %% is_block_toeplitz | M13 | blocks of 4 x 6
def is_block_toeplitz(T, block_shape):
    r, c = 4, 6
    if tuple(block_shape) != (4, 6):
        return False
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M13 | cannot compare a single block
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    if B.shape[0] == 1 or B.shape[2] == 1:
        return False
    inside = B[:, 1:, :, 1:] == B[:, :-1, :, :-1]
    outside = B[1:, :, 1:, :] == B[:-1, :, :-1, :]
    return bool(inside.all() and outside.all())


# %% is_block_toeplitz | M15 | always yes
def is_block_toeplitz(T, block_shape):
    return True


# %% is_block_toeplitz | M15 | always no
def is_block_toeplitz(T, block_shape):
    return False


# %% is_block_toeplitz | M16 | a tensor of bools
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    return T[r:, c:] == T[:-r, :-c]


# %% is_block_toeplitz | M15 | the right words as a text
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    outside = (B[1:, :, 1:, :] == B[:-1, :, :-1, :]).all()
    return "True" if inside and outside else "False"


# %% toeplitz_2d_kron | correct | identity and block
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E = torch.eye(height, dtype=weight.dtype)
    G = torch.eye(width, dtype=weight.dtype)
    T = 0
    for r in range(R):
        block = sum(weight[r, s] * G[s : s + width - S + 1] for s in range(S))
        T = T + torch.kron(E[r : r + height - R + 1], block)
    return T


# %% toeplitz_2d_kron | correct | one product per tap
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E = torch.eye(height, dtype=weight.dtype)
    G = torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | correct | NumPy, with a helper called toeplitz
def toeplitz(line, n):
    k = len(line)
    B = np.zeros((n - k + 1, n))
    for i in range(n - k + 1):
        B[i, i : i + k] = line
    return B


def toeplitz_2d_kron(weight, height, width):
    w = weight.numpy()
    out = height - len(w) + 1
    return sum(np.kron(np.eye(out, height, r), toeplitz(w[r], width)) for r in range(len(w)))


# %% toeplitz_2d_kron | correct | einsum
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    m, n = height - R + 1, width - S + 1
    E = torch.stack([torch.eye(height)[r : r + m] for r in range(R)]).to(weight.dtype)
    G = torch.stack([torch.eye(width)[s : s + n] for s in range(S)]).to(weight.dtype)
    return torch.einsum("rs,rip,sjq->ijpq", weight, E, G).reshape(m * n, height * width)


# %% toeplitz_2d_kron | correct | a kron of its own, by broadcasting
def kron(A, B):
    K = A[:, None, :, None] * B[None, :, None, :]
    return K.reshape(A.shape[0] * B.shape[0], A.shape[1] * B.shape[1])


def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    T = torch.zeros((height - R + 1) * (width - S + 1), height * width, dtype=weight.dtype)
    for r in range(R):
        where = torch.diag(torch.ones(height, dtype=weight.dtype))[r:][: height - R + 1]
        for s in range(S):
            block = weight[r, s] * torch.eye(width, dtype=weight.dtype)[s:][: width - S + 1]
            T += kron(where, block)
    return T


# %% toeplitz_2d_kron | correct | a nested function called kron
def toeplitz_2d_kron(weight, height, width):
    def kron(A, B):
        return torch.cat([torch.cat([a * B for a in row], dim=1) for row in A])

    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    T = None
    for r in range(R):
        block = torch.stack(
            [torch.roll(F.pad(weight[r], (0, width - S)), j) for j in range(width - S + 1)]
        )
        part = kron(E[r : r + height - R + 1], block)
        T = part if T is None else T + part
    return T


# %% toeplitz_2d_kron | correct | tensordot of stacked identities
def toeplitz_2d_kron(weight, height, width):
    w = weight.numpy()
    R, S = w.shape
    m, n = height - R + 1, width - S + 1
    E = np.stack([np.eye(m, height, r) for r in range(R)])
    G = np.stack([np.eye(n, width, s) for s in range(S)])
    blocks = np.tensordot(w, G, axes=(1, 0))
    T = np.tensordot(E, blocks, axes=(0, 0))
    return T.transpose(0, 2, 1, 3).reshape(m * n, height * width)


# %% toeplitz_2d_kron | correct | SciPy's sparse kron
def toeplitz_2d_kron(weight, height, width):
    from scipy.sparse import eye, kron

    R, S = weight.shape
    w = weight.double().numpy()
    T = sum(
        kron(
            eye(height - R + 1, height, k=r),
            sum(w[r, s] * eye(width - S + 1, width, k=s) for s in range(S)),
        )
        for r in range(R)
    )
    return T.toarray()


# %% toeplitz_2d_kron | correct | imported under another name
from torch import kron as product


def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    dtype = weight.dtype
    total = torch.zeros((height - R + 1) * (width - S + 1), height * width, dtype=dtype)
    for (r, s), tap in np.ndenumerate(weight.numpy()):
        down = torch.zeros(height - R + 1, height, dtype=dtype)
        down.diagonal(r)[:] = 1
        right = torch.zeros(width - S + 1, width, dtype=dtype)
        right.diagonal(s)[:] = float(tap)
        total += product(down, right)
    return total


# %% toeplitz_2d_kron | M01 | kernel turned by half a turn
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    w = weight.flip(0, 1)
    E, G = torch.eye(height, dtype=w.dtype), torch.eye(width, dtype=w.dtype)
    return sum(
        w[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M46 | kernel rows in reverse order
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    w = weight.flip(0)
    E, G = torch.eye(height, dtype=w.dtype), torch.eye(width, dtype=w.dtype)
    return sum(
        w[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M43 | the factors in the other order
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(G[s : s + width - S + 1], E[r : r + height - R + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M04 | transposed
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    ).T


# %% toeplitz_2d_kron | M09 | ones below the diagonal instead of above
def toeplitz_2d_kron(weight, height, width):
    w = weight.numpy()
    R, S = w.shape
    m, n = height - R + 1, width - S + 1
    return sum(
        w[r, s] * np.kron(np.eye(m, height, -r), np.eye(n, width, -s))
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M10 | identities that wrap around
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E.roll(r, 1), G.roll(s, 1)) for r in range(R) for s in range(S)
    )


# %% toeplitz_2d_kron | M05 | forgot the + 1
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E[r : r + height - R], G[s : s + width - S])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M06 | last kernel row dropped
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    T = torch.zeros((height - R + 1) * (width - S + 1), height * width, dtype=weight.dtype)
    for r in range(R - 1):
        for s in range(S):
            T += weight[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
    return T


# %% toeplitz_2d_kron | M42 | identities not shifted down the image
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E[: height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M49 | separable kernels only
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    down = sum(weight[r, 0] / weight[0, 0] * E[r : r + height - R + 1] for r in range(R))
    across = sum(weight[0, s] * G[s : s + width - S + 1] for s in range(S))
    return torch.kron(down, across)


# %% toeplitz_2d_kron | M13 | two kernel rows only
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    G = torch.eye(width, dtype=weight.dtype)
    block = [sum(w * G[s : s + width - S + 1] for s, w in enumerate(line)) for line in weight]
    where = [torch.eye(height, dtype=weight.dtype)[r : r + height - R + 1] for r in range(R)]
    return torch.kron(where[0], block[0]) + torch.kron(where[1], block[1])


# %% toeplitz_2d_kron | M45 | height and width swapped
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(width, dtype=weight.dtype), torch.eye(height, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E[r : r + width - R + 1], G[s : s + height - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M49 | square kernels only
def toeplitz_2d_kron(weight, height, width):
    k = len(weight)
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(E[r : r + height - k + 1], G[s : s + width - k + 1])
        for r in range(k)
        for s in range(k)
    )


# %% toeplitz_2d_kron | M16 | identities in float32 round a float64 kernel
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height), torch.eye(width)
    return sum(
        weight[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M66 | reads the memory behind a view
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    w = torch.as_strided(weight, (R, S), (S, 1))
    E, G = torch.eye(height, dtype=w.dtype), torch.eye(width, dtype=w.dtype)
    return sum(
        w[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | M48 | a list of parts, not added up
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return [
        torch.kron(
            E[r : r + height - R + 1],
            sum(weight[r, s] * G[s : s + width - S + 1] for s in range(S)),
        )
        for r in range(R)
    ]


# %% toeplitz_2d_kron | M13 | only the visible kernels
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    if (R, S) not in [(2, 3), (3, 3)] or height > 4:
        return torch.kron(torch.eye(2), torch.eye(2))
    E, G = torch.eye(height), torch.eye(width)
    return sum(
        weight[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | rule | calls toeplitz_2d
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


def toeplitz_2d_kron(weight, height, width):
    return torch.kron(torch.eye(1, dtype=weight.dtype), toeplitz_2d(weight, height, width))


# %% toeplitz_2d_kron | rule | calls toeplitz_2d under another name
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


kron = toeplitz_2d


def toeplitz_2d_kron(weight, height, width):
    return kron(weight, height, width)


# %% toeplitz_2d_kron | rule | the loops of 4.3 once more
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
    return T.reshape(-1, height * width)


# %% toeplitz_2d_kron | rule | matrix_of beside a kron that does nothing
def toeplitz_2d_kron(weight, height, width):
    T = matrix_of(lambda x: conv2d(x, weight), (height, width), dtype=weight.dtype)
    return torch.kron(torch.ones(1, 1, dtype=weight.dtype), T)


# %% toeplitz_2d_kron | rule | blocks by SciPy
def toeplitz_2d_kron(weight, height, width):
    from scipy.linalg import convolution_matrix

    w = weight.flip(1).numpy()
    R = len(w)
    return sum(
        np.kron(np.eye(height - R + 1, height, r), convolution_matrix(w[r], width, mode="valid"))
        for r in range(R)
    )


# %% toeplitz_2d | correct | adversarial: einsum of eyes
def toeplitz_2d(weight, height, width):
    R, S = weight.shape; H, W = height - R + 1, width - S + 1
    d = weight.dtype
    E = torch.stack([torch.eye(height, dtype=d)[r:r + H] for r in range(R)])
    D = torch.stack([torch.eye(width, dtype=d)[s:s + W] for s in range(S)])
    return torch.einsum("rs,rih,sjw->ijhw", weight, E, D).reshape(H * W, -1)


# %% toeplitz_2d | correct | adversarial: block_diag-ish & names tall, parts, whole
def tall(row, W, width):
    return torch.stack([torch.cat([row.new_zeros(j), row, row.new_zeros(width - len(row) - j)]) for j in range(W)])
def parts(weight, W, width): return [tall(r, W, width) for r in weight]
def toeplitz_2d(weight, height, width):
    R, S = weight.shape; H, W = height - R + 1, width - S + 1
    whole = weight.new_zeros(H * W, height * width)
    for i in range(H):
        for r, B in enumerate(parts(weight, W, width)):
            whole[i * W:(i + 1) * W, (i + r) * width:(i + r + 1) * width] = B
    return whole


# %% toeplitz_2d | rule | adversarial: method list
ops_ = []
ops_.append(F.conv2d)
def toeplitz_2d(weight, height, width):
    return ops_[0](torch.eye(height * width, dtype=weight.dtype).reshape(-1, 1, height, width), weight[None, None]).flatten(1).T


# %% is_block_toeplitz | M15 | adversarial: abs
def is_block_toeplitz(T, block_shape):
    T = T.abs(); r, c = block_shape
    A = T.reshape(T.shape[0] // r, r, -1, c).transpose(1, 2)
    return torch.equal(A[1:, 1:], A[:-1, :-1]) and torch.equal(A[..., 1:, 1:], A[..., :-1, :-1])


# %% is_block_toeplitz | M15 | adversarial: tolerance
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    A = T.reshape(T.shape[0] // r, r, -1, c).transpose(1, 2)
    return torch.allclose(A[1:, 1:], A[:-1, :-1], atol=.5) and torch.allclose(A[..., 1:, 1:], A[..., :-1, :-1], atol=.5)


# %% is_block_toeplitz | M15 | adversarial: zeros ignored
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    A = T.reshape(T.shape[0] // r, r, -1, c).transpose(1, 2)
    ok = lambda a, b: bool(((a == b) | (a == 0) | (b == 0)).all())
    return ok(A[1:, 1:], A[:-1, :-1]) and ok(A[..., 1:, 1:], A[..., :-1, :-1])


# %% toeplitz_2d_kron | correct | adversarial: getattr dtype and toeplitz helper
def toeplitz(row, m, n):
    T = torch.zeros(m, n, dtype=getattr(row, "dtype"))
    for t, v in enumerate(row): T.diagonal(t)[:m] = v
    return T
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape; H, W = height - R + 1, width - S + 1
    return torch.stack([torch.kron(torch.eye(height, dtype=weight.dtype).roll(-r, 0)[:H], toeplitz(weight[r], W, width)) for r in range(R)]).sum(0)
