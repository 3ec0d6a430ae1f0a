# %% shift_matrix | correct | loops over entries
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for i in range(length):
        for j in range(length):
            if i - j == n:
                S[i, j] = 1
    return S

# %% shift_matrix | correct | np.eye with an offset
def shift_matrix(length, n):
    return np.eye(length, k=-n)

# %% shift_matrix | correct | a slice of an identity
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    keep = max(length - abs(n), 0)
    if keep and n >= 0:
        S[n:, :keep] = torch.eye(keep)
    elif keep:
        S[:keep, -n:] = torch.eye(keep)
    return S

# %% shift_matrix | correct | index arithmetic
def shift_matrix(length, n):
    place = torch.arange(length)
    return (place[:, None] - place[None, :] == n).float()

# %% shift_matrix | correct | an integer matrix of booleans
def shift_matrix(length, n):
    place = np.arange(length)
    return np.equal.outer(place, place + n)

# %% shift_matrix | correct | nested lists
def shift_matrix(length, n):
    return [[1 if j == i - n else 0 for j in range(length)] for i in range(length)]

# %% shift_matrix | correct | rolled, then the wrapped rows erased
def shift_matrix(length, n):
    S = torch.roll(torch.eye(length), n, dims=0)
    if n >= 0:
        S[:n] = 0
    else:
        S[max(length + n, 0) :] = 0
    return S

# %% shift_matrix | correct | a diagonal of ones
def shift_matrix(length, n):
    if abs(n) >= length:
        return torch.zeros(length, length)
    return torch.diag(torch.ones(length - abs(n)), -n)

# %% shift_matrix | correct | a power of the shift by one
def shift_matrix(length, n):
    one = torch.zeros(length, length, dtype=torch.float64)
    for i in range(1, length):
        one[i, i - 1] = 1
    if n < 0:
        one = one.T
    return torch.linalg.matrix_power(one, abs(n))

# %% shift_matrix | correct | a window of a longer identity
def shift_matrix(length, n):
    far = abs(n)
    wide = torch.eye(length + 2 * far)
    return wide[far : far + length, far + n : far + n + length]

# %% shift_matrix | correct | a local name shift
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for column in range(length):
        shift = column + n
        if shift in range(length):
            S[shift, column] = 1
    return S

# %% shift_matrix | M39 | torch.roll
def shift_matrix(length, n):
    return torch.roll(torch.eye(length), n, dims=0)

# %% shift_matrix | M39 | a negative index wraps around
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for i in range(length):
        if abs(i - n) < length:
            S[i, i - n] = 1.0
    return S

# %% shift_matrix | M39 | modulo
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for j in range(length):
        S[(j + n) % length, j] = 1.0
    return S

# %% shift_matrix | M39 | raises at the lower end, wraps at the upper
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for j in range(length):
        S[j + n, j] = 1
    return S

# %% shift_matrix | M35 | wrapped rows erased, right only
def shift_matrix(length, n):
    S = torch.roll(torch.eye(length), n, dims=0)
    S[:n] = 0
    return S

# %% shift_matrix | M39 | zero-filled to the right, cyclic to the left
def shift_matrix(length, n):
    S = torch.roll(torch.eye(length), n, dims=0)
    if n > 0:
        S[:n] = 0
    return S

# %% shift_matrix | M04 | transposed, so the other direction
def shift_matrix(length, n):
    return torch.from_numpy(np.eye(length, k=n))

# %% shift_matrix | M35 | the sign of n is dropped
def shift_matrix(length, n):
    return np.eye(length, k=-abs(n))

# %% shift_matrix | M05 | off by one
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for i in range(length - 1):
        if 0 <= i - n < length:
            S[i, i - n] = 1.0
    return S

# %% shift_matrix | M05 | one shift too far
def shift_matrix(length, n):
    return np.eye(length, k=-(n + 1))

# %% shift_matrix | M13 | length hard-coded
def shift_matrix(length, n):
    return np.eye(5, k=-n)

# %% shift_matrix | M13 | the two visible cases only
def shift_matrix(length, n):
    return np.eye(5, k=-2) if n == 2 else np.eye(5, k=1)

# %% shift_matrix | M37 | the length shrinks
def shift_matrix(length, n):
    return torch.eye(length)[: length - abs(n)]

# %% shift_matrix | M37 | the length grows, nothing is lost
def shift_matrix(length, n):
    return np.eye(length + abs(n), length, k=-max(n, 0))

# %% shift_matrix | M30 | far shifts raise
def shift_matrix(length, n):
    return torch.diag(torch.ones(length - abs(n)), -n)

# %% shift_matrix | M30 | far shifts raise as an error of its own
def shift_matrix(length, n):
    if abs(n) >= length:
        raise ValueError("too far")
    return np.eye(length, k=-n)

# %% shift_matrix | M30 | a shift by exactly the length leaves the identity
def shift_matrix(length, n):
    return np.eye(length, k=-n) if abs(n) != length else np.eye(length)

# %% shift_matrix | M30 | far shifts return the identity
def shift_matrix(length, n):
    return np.eye(length, k=-n) if abs(n) < length else np.eye(length)

# %% shift_matrix | M30 | a negative slice for far shifts
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    if n >= 0:
        for i in range(n, length):
            S[i, i - n] = 1
    else:
        for i in range(length):
            S[i, (i - n) % length] = 1 if i < length + n or n < -length else 0
    return S

# %% shift_matrix | M27 | n = 0 gives zeros
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    if n > 0:
        S[n:, :-n] = torch.eye(max(length - n, 0))
    if n < 0:
        S[:n, -n:] = torch.eye(max(length + n, 0))
    return S

# %% shift_matrix | M27 | a slice that ends at -0
def shift_matrix(length, n):
    if n < 0:
        return torch.cat([torch.eye(length)[-n:], torch.zeros(-n, length)])
    return torch.cat([torch.zeros(n, length), torch.eye(length)[:-n]])

# %% shift_matrix | M24 | the edge value fills the gap
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for i in range(length):
        S[i, min(max(i - n, 0), length - 1)] = 1
    return S

# %% shift_matrix | M36 | the identity
def shift_matrix(length, n):
    return torch.eye(length)

# %% shift_matrix | M15 | returns a shifted vector
def shift_matrix(length, n):
    return torch.arange(length) - n

# %% shift_matrix | M15 | nothing returned
def shift_matrix(length, n):
    S = np.eye(length, k=-n)

# %% shift_matrix | rule | the kit's shift on the identity
def shift_matrix(length, n):
    return shift(torch.eye(length), n).T

# %% shift_matrix | rule | matrix_of
def shift_matrix(length, n):
    inside = (torch.arange(length) >= n) & (torch.arange(length) < length + n)
    return matrix_of(lambda x: torch.roll(x, n) * inside, length)

# %% shift_matrix | rule | shift under another name
from convkit import shift as move
def shift_matrix(length, n):
    return move(torch.eye(length), n).T

# %% shift_matrix | rule | shift through the module
import convkit
def shift_matrix(length, n):
    return convkit.shift(torch.eye(length), n).T

# %% shift_matrix | rule | shift through a helper
tool = shift
def shift_matrix(length, n):
    return tool(torch.eye(length), n).T

# %% shift_matrix | rule | a convolution with a single 1
def shift_matrix(length, n):
    one = torch.zeros(2 * abs(n) + 1)
    one[abs(n) - n] = 1
    return torch.stack([conv1d(e, one, padding=abs(n)) for e in torch.eye(length)], dim=1)

# %% shift_matrix | rule | SciPy's Toeplitz builder
from scipy.linalg import toeplitz
def shift_matrix(length, n):
    line = np.zeros(2 * length)
    line[abs(n)] = abs(n) < length
    zero = np.zeros(length)
    return toeplitz(line[:length], zero) if n > 0 else toeplitz(zero, line[:length])

# %% equivariance_error | correct | the kit's shift
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% equivariance_error | correct | a 0-dim tensor
def equivariance_error(T, x, n):
    return torch.max(torch.abs(shift(T @ x, n) - T @ shift(x, n)))

# %% equivariance_error | correct | matrices in NumPy
def equivariance_error(T, x, n):
    T, x = T.numpy(), x.numpy()
    m, length = T.shape
    return np.abs((T @ np.eye(length, k=-n) - np.eye(m, k=-n) @ T) @ x).max()

# %% equivariance_error | correct | plain loops
def equivariance_error(T, x, n):
    T, x = T.tolist(), x.tolist()
    m, length = len(T), len(x)
    def moved(v):
        return [v[i - n] if 0 <= i - n < len(v) else 0.0 for i in range(len(v))]
    def times(v):
        return [sum(T[i][j] * v[j] for j in range(length)) for i in range(m)]
    return max(abs(a - b) for a, b in zip(times(moved(x)), moved(times(x))))

# %% equivariance_error | correct | the largest norm
def equivariance_error(T, x, n):
    return torch.linalg.vector_norm(T @ shift(x, n) - shift(T @ x, n), ord=float("inf")).item()

# %% equivariance_error | correct | einsum and a sorted list
def equivariance_error(T, x, n):
    before = torch.einsum("ij,j->i", T, shift(x, n))
    after = shift(torch.einsum("ij,j->i", T, x), n)
    return sorted(abs(d) for d in (before - after).tolist())[-1]

# %% equivariance_error | correct | the larger of max and -min
def equivariance_error(T, x, n):
    d = T @ shift(x, n) - shift(T @ x, n)
    return max(d.max().item(), -d.min().item())

# %% equivariance_error | correct | changes its input, on a copy or not
def equivariance_error(T, x, n):
    after = shift(T @ x, n)
    x[:] = shift(x, n)
    return float((T @ x - after).abs().max())

# %% equivariance_error | correct | with a shift of its own
def moved(v, n):
    zeros = v.new_zeros(min(abs(n), len(v)))
    if n >= 0:
        return torch.cat([zeros, v])[: len(v)]
    return torch.cat([v, zeros])[-len(v) :]
def equivariance_error(T, x, n):
    return (T @ moved(x, n) - moved(T @ x, n)).abs().max()

# %% equivariance_error | M39 | torch.roll on both sides
def equivariance_error(T, x, n):
    return float((T @ torch.roll(x, n) - torch.roll(T @ x, n)).abs().max())

# %% equivariance_error | M39 | torch.roll on the output side
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - torch.roll(T @ x, n)).abs().max())

# %% equivariance_error | M36 | invariance: the output should stay
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - T @ x).abs().max())

# %% equivariance_error | M37 | one shift matrix for both sides
def equivariance_error(T, x, n):
    S = torch.from_numpy(np.eye(len(x), k=-n)).float()
    return float((T @ S @ x - S @ T @ x).abs().max())

# %% equivariance_error | M37 | one shift matrix, cut to the output's length from the wrong end
def equivariance_error(T, x, n):
    after = shift(torch.cat([torch.zeros(len(x)), T @ x, torch.zeros(len(x))]), n)
    after = after[len(x) : len(x) + len(T)]
    return float((T @ shift(x, n) - after).abs().max() if n > 0 else (T @ shift(x, n) - T @ x).abs().max())

# %% equivariance_error | M40 | no absolute value
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).max())

# %% equivariance_error | M40 | no absolute value, the other way round
def equivariance_error(T, x, n):
    return float((shift(T @ x, n) - T @ shift(x, n)).max())

# %% equivariance_error | M40 | absolute value after the maximum
def equivariance_error(T, x, n):
    return abs(float((T @ shift(x, n) - shift(T @ x, n)).max()))

# %% equivariance_error | M40 | the sum of the defects
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().sum())

# %% equivariance_error | M40 | the mean of the defects
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().mean())

# %% equivariance_error | M40 | the Euclidean norm
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).norm())

# %% equivariance_error | M40 | squared
def equivariance_error(T, x, n):
    return float(((T @ shift(x, n) - shift(T @ x, n)) ** 2).max())

# %% equivariance_error | M40 | where, not how much
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().argmax())

# %% equivariance_error | M40 | the whole vector
def equivariance_error(T, x, n):
    return (T @ shift(x, n) - shift(T @ x, n)).abs()

# %% equivariance_error | M40 | how many outputs are wrong
def equivariance_error(T, x, n):
    return int((T @ shift(x, n) != shift(T @ x, n)).sum())

# %% equivariance_error | M40 | whether, not how much
def equivariance_error(T, x, n):
    return torch.equal(T @ shift(x, n), shift(T @ x, n))

# %% equivariance_error | M40 | the difference of the two maxima
def equivariance_error(T, x, n):
    return abs(float((T @ shift(x, n)).abs().max() - shift(T @ x, n).abs().max()))

# %% equivariance_error | M40 | the first output only
def equivariance_error(T, x, n):
    return abs(float((T @ shift(x, n) - shift(T @ x, n))[0]))

# %% equivariance_error | M40 | the end where the gap opens only
def equivariance_error(T, x, n):
    d = (T @ shift(x, n) - shift(T @ x, n)).abs()
    return float(d[0] if n > 0 else d[-1])

# %% equivariance_error | M32 | the ends left out, since they do not count
def equivariance_error(T, x, n):
    d = (T @ shift(x, n) - shift(T @ x, n)).abs()
    return float(d[1:-1].max()) if len(d) > 2 else 0.0

# %% equivariance_error | M32 | always zero
def equivariance_error(T, x, n):
    return 0.0

# %% equivariance_error | M35 | far shifts are skipped
def equivariance_error(T, x, n):
    if abs(n) >= len(T):
        return 0.0
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% equivariance_error | M35 | far shifts of the input are skipped
def equivariance_error(T, x, n):
    if abs(n) >= len(x):
        return 0.0
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% equivariance_error | M35 | to the right only
def equivariance_error(T, x, n):
    n = abs(n)
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% equivariance_error | M35 | the wrong direction on both sides
def equivariance_error(T, x, n):
    return float((T @ shift(x, -n) - shift(T @ x, -n)).abs().max())

# %% equivariance_error | M37 | shifted to the right before, to the left after
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, -n)).abs().max())

# %% equivariance_error | M37 | shifts the matrix instead of the output
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T, n) @ x).abs().max())

# %% equivariance_error | M04 | transposed matrix
def equivariance_error(T, x, n):
    T = T.T
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% equivariance_error | M04 | x from the left
def equivariance_error(T, x, n):
    return float((shift(x, n) @ T - shift(x @ T, n)).abs().max())

# %% equivariance_error | M33 | the matrices compared, not their action on x
def equivariance_error(T, x, n):
    S, S_out = (torch.from_numpy(np.eye(size, k=-n)).float() for size in T.shape[::-1])
    return float((T @ S - S_out @ T).abs().max())

# %% equivariance_error | M33 | always on the same signal
def equivariance_error(T, x, n):
    return float((T @ shift(signal, n) - shift(T @ signal, n)).abs().max())

# %% equivariance_error | M13 | T of the visible check hard-coded
def equivariance_error(T, x, n):
    def f(x):
        return conv1d(x, kernel)
    return float((f(shift(x, n)) - shift(f(x), n)).abs().max())

# %% equivariance_error | M13 | the visible numbers
def equivariance_error(T, x, n):
    return {1: 3.0, 0: 0.0, -2: 16.0}.get(n, 0.0)

# %% equivariance_error | M16 | rounded to a whole number
def equivariance_error(T, x, n):
    return round(float((T @ shift(x, n) - shift(T @ x, n)).abs().max()))

# %% equivariance_error | M16 | cut to a whole number
def equivariance_error(T, x, n):
    return int((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% equivariance_error | M40 | relative to the size of the output
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max() / (T @ x).abs().max())

# %% equivariance_error | M15 | printed, not returned
def equivariance_error(T, x, n):
    print(float((T @ shift(x, n) - shift(T @ x, n)).abs().max()))

# %% valid_shifts | correct | typed
valid_shifts = {0, 1, 2, 3, 4, 5}

# %% valid_shifts | correct | from a range
valid_shifts = set(range(6))

# %% valid_shifts | correct | tried out
valid_shifts = set()
for n in range(-5, 6):
    if torch.equal(conv1d(shift(x_1d, n), weight), shift(conv1d(x_1d, weight), n)):
        valid_shifts.add(n)

# %% valid_shifts | correct | a set comprehension over NumPy numbers
T = matrix_of(lambda x: conv1d(x, weight), 10)
valid_shifts = {n for n in np.arange(-5, 6)
                if (T @ shift(x_1d, int(n)) - shift(T @ x_1d, int(n))).abs().max() < 1e-6}

# %% valid_shifts | correct | a frozenset
valid_shifts = frozenset((5, 4, 3, 2, 1, 0))

# %% valid_shifts | correct | whole numbers written as floats
valid_shifts = {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}

# %% valid_shifts | M32 | equivariant everywhere
valid_shifts = set(range(-5, 6))

# %% valid_shifts | M33 | the law for every input
valid_shifts = {0}

# %% valid_shifts | M33 | the padded convolution's
valid_shifts = {-2, -1, 0, 1}

# %% valid_shifts | M33 | nothing ever passes
valid_shifts = set()

# %% valid_shifts | M35 | small shifts
valid_shifts = {-1, 0, 1}

# %% valid_shifts | M35 | small shifts, a little larger
valid_shifts = {-2, -1, 0, 1, 2}

# %% valid_shifts | M35 | the other direction
valid_shifts = {-5, -4, -3, -2, -1, 0}

# %% valid_shifts | M34 | an interval as a list
valid_shifts = [0, 5]

# %% valid_shifts | M34 | the ends of the interval
valid_shifts = {0, 5}

# %% valid_shifts | M34 | a text
valid_shifts = "[0, 5]"

# %% valid_shifts | M34 | more than was tried
valid_shifts = set(range(9))

# %% valid_shifts | M34 | all that ever pass
valid_shifts = {-10, -9, *range(11)}

# %% valid_shifts | M34 | a list, not a set
valid_shifts = [0, 1, 2, 3, 4, 5]

# %% valid_shifts | M34 | a tuple
valid_shifts = (0, 1, 2, 3, 4, 5)

# %% valid_shifts | M34 | a range
valid_shifts = range(6)

# %% valid_shifts | M34 | a dict
valid_shifts = {n: n >= 0 for n in range(-5, 6)}

# %% valid_shifts | M34 | a set of texts
valid_shifts = {"0", "1", "2", "3", "4", "5"}

# %% valid_shifts | M34 | a set with one range inside
valid_shifts = {range(6)}

# %% valid_shifts | M34 | a set of tensors
valid_shifts = set(torch.arange(6))

# %% valid_shifts | M05 | range stops too early
valid_shifts = set(range(5))

# %% valid_shifts | M05 | 0 forgotten
valid_shifts = {1, 2, 3, 4, 5}

# %% valid_shifts | M39 | tried with torch.roll
valid_shifts = {n for n in range(-5, 6) if torch.equal(
    conv1d(torch.roll(x_1d, n), weight), torch.roll(conv1d(x_1d, weight), n))}

# %% valid_shifts | M36 | tried for invariance
valid_shifts = {n for n in range(-5, 6) if torch.equal(conv1d(shift(x_1d, n), weight), conv1d(x_1d, weight))}

# %% valid_shifts | M33 | tried on another signal
x = torch.arange(10.0)
valid_shifts = {n for n in range(-5, 6) if torch.equal(conv1d(shift(x, n), weight), shift(conv1d(x, weight), n))}

# %% valid_shifts | M40 | looked at the first four outputs only
valid_shifts = {n for n in range(-5, 6)
                if torch.equal(conv1d(shift(x_1d, n), weight)[:4], shift(conv1d(x_1d, weight), n)[:4])}

# %% valid_shifts | M15 | the shifts that fail, and 0
valid_shifts = {-5, -4, -3, -2, -1, 0, 1}

# %% all_inputs | correct | two products compared
def equivariant_shifts(T, shifts):
    m, n_in = T.shape
    def S(length, n):
        return torch.from_numpy(np.eye(length, k=-n)).to(T.dtype)
    return {n for n in shifts if torch.allclose(T @ S(n_in, n), S(m, n) @ T)}

# %% all_inputs | correct | every impulse
def equivariant_shifts(T, shifts):
    good = set()
    for n in shifts:
        if all(torch.equal(T @ shift(e, n), shift(T @ e, n)) for e in torch.eye(T.shape[1])):
            good.add(n)
    return good

# %% all_inputs | correct | NumPy
def equivariant_shifts(T, shifts):
    T = T.numpy()
    rows, columns = T.shape
    return set(filter(lambda n: np.array_equal(T @ np.eye(columns, k=-n), np.eye(rows, k=-n) @ T), shifts))

# %% all_inputs | correct | the kit's tools
def equivariant_shifts(T, shifts):
    length = T.shape[1]
    def defect(n):
        return matrix_of(lambda x: T @ shift(x, n) - shift(T @ x, n), length)
    return {n for n in shifts if not defect(n).any()}

# %% all_inputs | correct | entry by entry, without a product
def equivariant_shifts(T, shifts):
    rows, columns = T.shape
    def entry(i, j):
        return float(T[i, j]) if 0 <= i < rows and 0 <= j < columns else 0.0
    return {n for n in shifts
            if all(entry(i, j + n) == entry(i - n, j) for i in range(rows) for j in range(columns))}

# %% all_inputs | correct | shifted slices of T
def equivariant_shifts(T, shifts):
    good = []
    for n in shifts:
        before, after = torch.zeros_like(T), torch.zeros_like(T)
        for j in range(T.shape[1]):
            if 0 <= j + n < T.shape[1]:
                before[:, j] = T[:, j + n]
        for i in range(T.shape[0]):
            if 0 <= i - n < T.shape[0]:
                after[i] = T[i - n]
        if (before - after).abs().max() < 1e-6:
            good.append(n)
    return set(good)

# %% all_inputs | correct | shift along the rows and along the columns
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | correct | a product with Kronecker sums
def equivariant_shifts(T, shifts):
    m, k = T.shape
    good = set()
    for n in shifts:
        S, S_out = np.eye(k, k=-n), np.eye(m, k=-n)
        operator = np.kron(np.eye(m), S.T) - np.kron(S_out, np.eye(k))
        if not (operator @ T.numpy().reshape(-1)).any():
            good.add(n)
    return frozenset(good)

# %% all_inputs | correct | ten random signals, almost surely
def equivariant_shifts(T, shifts):
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(10, T.shape[1], generator=generator, dtype=torch.float64)
    T = T.double()
    return {n for n in shifts if torch.allclose(shift(X, n) @ T.T, shift(X @ T.T, n), atol=1e-9)}

# %% all_inputs | correct | changes its arguments afterwards
def equivariant_shifts(T, shifts):
    T *= 2
    passed = {n for n in shifts if torch.equal(shift(T, -n), shift(T.T, n).T)}
    shifts.clear()
    return passed

# %% all_inputs | M32 | all of them
def equivariant_shifts(T, shifts):
    return set(shifts)

# %% all_inputs | M32 | a Toeplitz matrix follows every shift
def equivariant_shifts(T, shifts):
    return set(shifts) if bool((T[1:, 1:] == T[:-1, :-1]).all()) else set()

# %% all_inputs | M32 | the inner rows only, the ends do not count
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, -n)[1:-1], shift(T.T, n).T[1:-1])}

# %% all_inputs | M33 | only 0, unless T is square
def equivariant_shifts(T, shifts):
    return {0} & set(shifts) if T.shape[0] != T.shape[1] else set(shifts)

# %% all_inputs | M33 | only 0, ever
def equivariant_shifts(T, shifts):
    return {0}

# %% all_inputs | M33 | the law of kernels without zeros for all matrices
def equivariant_shifts(T, shifts):
    if T.shape[0] == T.shape[1] and torch.equal(T, T[0, 0] * torch.eye(len(T))):
        return set(shifts)
    return {n for n in shifts if n == 0 or abs(n) >= max(T.shape)}

# %% all_inputs | M33 | one signal, counting up
def equivariant_shifts(T, shifts):
    x = torch.arange(T.shape[1]).float()
    return {n for n in shifts if torch.equal(T @ shift(x, n), shift(T @ x, n))}

# %% all_inputs | M33 | one signal, all ones
def equivariant_shifts(T, shifts):
    x = torch.ones(T.shape[1])
    return {n for n in shifts if torch.equal(T @ shift(x, n), shift(T @ x, n))}

# %% all_inputs | M33 | one signal with zeros at the ends
def equivariant_shifts(T, shifts):
    x = torch.zeros(T.shape[1])
    x[2:-1] = torch.arange(1.0, T.shape[1] - 2)
    return {n for n in shifts if torch.equal(T @ shift(x, n), shift(T @ x, n))}

# %% all_inputs | M33 | the first impulse only
def equivariant_shifts(T, shifts):
    x = torch.eye(T.shape[1])[0]
    return {n for n in shifts if torch.equal(T @ shift(x, n), shift(T @ x, n))}

# %% all_inputs | M33 | the first and the last impulse
def equivariant_shifts(T, shifts):
    ends = torch.eye(T.shape[1])[[0, -1]]
    return {n for n in shifts if all(torch.equal(T @ shift(x, n), shift(T @ x, n)) for x in ends)}

# %% all_inputs | M33 | the impulse in the middle
def equivariant_shifts(T, shifts):
    x = torch.eye(T.shape[1])[T.shape[1] // 2]
    return {n for n in shifts if torch.equal(T @ shift(x, n), shift(T @ x, n))}

# %% all_inputs | M33 | any impulse instead of all
def equivariant_shifts(T, shifts):
    return {n for n in shifts
            if any(torch.equal(T @ shift(e, n), shift(T @ e, n)) for e in torch.eye(T.shape[1]))}

# %% all_inputs | M32 | any entry equal, which there always is, instead of all
def equivariant_shifts(T, shifts):
    return {n for n in shifts if bool((shift(T, -n) == shift(T.T, n).T).any())}

# %% all_inputs | M15 | equal sums of entries
def equivariant_shifts(T, shifts):
    return {n for n in shifts if abs(float(shift(T, -n).sum() - shift(T.T, n).sum())) < 1e-5}

# %% all_inputs | M15 | equal norms
def equivariant_shifts(T, shifts):
    return {n for n in shifts if abs(float(shift(T, -n).norm() - shift(T.T, n).norm())) < 1e-5}

# %% all_inputs | M40 | no absolute value
def equivariant_shifts(T, shifts):
    return {n for n in shifts if (shift(T, -n) - shift(T.T, n).T).max() < 1e-6}

# %% all_inputs | M40 | no absolute value, the other way round
def equivariant_shifts(T, shifts):
    return {n for n in shifts if (shift(T.T, n).T - shift(T, -n)).max() < 1e-6}

# %% all_inputs | M40 | the mean without absolute value
def equivariant_shifts(T, shifts):
    return {n for n in shifts if abs(float((shift(T.T, n).T - shift(T, -n)).mean())) < 1e-6}

# %% all_inputs | M16 | a tolerance that is far too wide
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.allclose(shift(T, -n), shift(T.T, n).T, atol=0.1)}

# %% all_inputs | M39 | cyclic shifts
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(torch.roll(T, -n, 1), torch.roll(T, n, 0))}

# %% all_inputs | M39 | cyclic on the output side
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, -n), torch.roll(T, n, 0))}

# %% all_inputs | M37 | the input's shift on both sides
def equivariant_shifts(T, shifts):
    S = {n: torch.from_numpy(np.eye(T.shape[1], k=-n)).float() for n in shifts}
    return {n for n in shifts if torch.equal(T @ S[n], S[n] @ T)}

# %% all_inputs | M37 | the input's shift on both sides, anything that does not fit fails
def equivariant_shifts(T, shifts):
    S = {n: torch.from_numpy(np.eye(T.shape[1], k=-n)).float() for n in shifts}
    if T.shape[0] != T.shape[1]:
        return {n for n in shifts if n == 0}
    return {n for n in shifts if torch.equal(T @ S[n], S[n] @ T)}

# %% all_inputs | M37 | T padded to a square
def equivariant_shifts(T, shifts):
    size = max(T.shape)
    square = torch.zeros(size, size)
    square[: T.shape[0], : T.shape[1]] = T
    return {n for n in shifts if torch.equal(shift(square, -n), shift(square.T, n).T)}

# %% all_inputs | M37 | opposite shifts on the two sides
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, -n), shift(T.T, -n).T)}

# %% all_inputs | M35 | the wrong direction on both sides
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, n), shift(T.T, -n).T)}

# %% all_inputs | M36 | invariance
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, -n), T)}

# %% all_inputs | M35 | the sign does not matter
def equivariant_shifts(T, shifts):
    return {n for n in shifts if torch.equal(shift(T, -abs(n)), shift(T.T, abs(n)).T)}

# %% all_inputs | M35 | to the right only
def equivariant_shifts(T, shifts):
    return {n for n in shifts if n >= 0 and torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M35 | far shifts never pass
def equivariant_shifts(T, shifts):
    return {n for n in shifts if abs(n) < T.shape[1] and torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M35 | beyond the input's length all pass
def equivariant_shifts(T, shifts):
    return {n for n in shifts if abs(n) >= T.shape[1] or torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M35 | beyond the output's length all pass
def equivariant_shifts(T, shifts):
    return {n for n in shifts if abs(n) >= T.shape[0] or torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M34 | an interval: everything between the smallest and the largest that pass
def equivariant_shifts(T, shifts):
    good = [n for n in shifts if torch.equal(shift(T, -n), shift(T.T, n).T)]
    return set(range(min(good, default=0), max(good, default=0) + 1)) & set(shifts)

# %% all_inputs | M34 | stops at the first failure
def equivariant_shifts(T, shifts):
    good = set()
    for n in sorted(shifts, key=abs):
        if not torch.equal(shift(T, -n), shift(T.T, n).T):
            break
        good.add(n)
    return good

# %% all_inputs | M34 | always tries -5 to 5
def equivariant_shifts(T, shifts):
    return {n for n in range(-5, 6) if torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M34 | a list
def equivariant_shifts(T, shifts):
    return [n for n in shifts if torch.equal(shift(T, -n), shift(T.T, n).T)]

# %% all_inputs | M34 | a dict
def equivariant_shifts(T, shifts):
    return {n: torch.equal(shift(T, -n), shift(T.T, n).T) for n in shifts}

# %% all_inputs | M15 | those that fail
def equivariant_shifts(T, shifts):
    return {n for n in shifts if not torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M35 | transposed, which turns the directions round
def equivariant_shifts(T, shifts):
    T = T.T
    return {n for n in shifts if torch.equal(shift(T, -n), shift(T.T, n).T)}

# %% all_inputs | M38 | the output shift at half the distance
def equivariant_shifts(T, shifts):
    return {n for n in shifts if n % 2 == 0 and torch.equal(shift(T, -n), shift(T.T, n // 2).T)}

# %% all_inputs | M34 | returns after the first shift
def equivariant_shifts(T, shifts):
    good = set()
    for n in shifts:
        if torch.equal(shift(T, -n), shift(T.T, n).T):
            good.add(n)
        return good

# %% all_inputs | M13 | the visible check only
def equivariant_shifts(T, shifts):
    return {0} if T.shape[0] < T.shape[1] else set(shifts)

# %% circulant | correct | loops over entries
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight)):
            C[i, (i + t) % n] = weight[t]
    return C

# %% circulant | correct | rolled rows
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(n)])

# %% circulant | correct | index arithmetic
def circulant(weight, n):
    k = len(weight)
    tap = (torch.arange(n)[None, :] - torch.arange(n)[:, None]) % n
    return torch.where(tap < k, weight[tap.clamp(max=k - 1)], 0)

# %% circulant | correct | a sum of cyclic shifts
def circulant(weight, n):
    eye = torch.eye(n, dtype=weight.dtype)
    return sum(w * torch.roll(eye, t, dims=1) for t, w in enumerate(weight))

# %% circulant | correct | a polynomial in the shift by one
def circulant(weight, n):
    P = np.roll(np.eye(n), 1, axis=1)
    return sum(float(w) * np.linalg.matrix_power(P, t) for t, w in enumerate(weight))

# %% circulant | correct | nested lists
def circulant(weight, n):
    row = weight.tolist() + [0.0] * (n - len(weight))
    return [row[n - i :] + row[: n - i] for i in range(n)]

# %% circulant | correct | a strided view in NumPy
def circulant(weight, n):
    row = np.concatenate([weight.numpy(), np.zeros(n - len(weight), weight.numpy().dtype)])
    twice = np.concatenate([row, row])
    step = twice.strides[0]
    return np.lib.stride_tricks.as_strided(twice[n:], (n, n), (-step, step)).copy()

# %% circulant | correct | a wide banded matrix, folded
def circulant(weight, n):
    k = len(weight)
    wide = torch.zeros(n, 2 * n, dtype=weight.dtype)
    for i in range(n):
        wide[i, i : i + k] = weight
    return wide[:, :n] + wide[:, n:]

# %% circulant | correct | scattered
def circulant(weight, n):
    columns = (torch.arange(n)[:, None] + torch.arange(len(weight))) % n
    C = torch.zeros(n, n, dtype=weight.dtype)
    return C.scatter_(1, columns, weight.expand(n, -1))

# %% circulant | correct | by the FFT
def circulant(weight, n):
    w = np.zeros(n)
    w[: len(weight)] = weight.numpy()
    return np.fft.ifft(np.fft.fft(np.eye(n), axis=0) * np.conj(np.fft.fft(w))[:, None], axis=0).real

# %% circulant | correct | fills its weight with zeros when done
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    weight.zero_()
    return torch.stack([torch.roll(row, i) for i in range(n)])

# %% circulant | M01 | flipped kernel
def circulant(weight, n):
    row = torch.cat([weight.flip(0), weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(n)])

# %% circulant | M09 | the kernel down the columns, as SciPy's
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(n)], dim=1)

# %% circulant | M10 | no wrap at all
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight)):
            if i + t < n:
                C[i, i + t] = weight[t]
    return C

# %% circulant | M17 | the valid rows only
def circulant(weight, n):
    k = len(weight)
    C = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        C[i, i : i + k] = weight
    return C

# %% circulant | M20 | centred like padding on both sides
def circulant(weight, n):
    k = len(weight)
    row = torch.cat([weight, weight.new_zeros(n - k)])
    return torch.stack([torch.roll(row, i - k // 2) for i in range(n)])

# %% circulant | M20 | one row late
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i + 1) for i in range(n)])

# %% circulant | M07 | rolled the wrong way, a Hankel matrix
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, -i) for i in range(n)])

# %% circulant | M07 | rows not rolled
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return row.repeat(n, 1)

# %% circulant | M07 | rolled by k
def circulant(weight, n):
    k = len(weight)
    row = torch.cat([weight, weight.new_zeros(n - k)])
    return torch.stack([torch.roll(row, i * k) for i in range(n)])

# %% circulant | M06 | last tap dropped
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight) - 1):
            C[i, (i + t) % n] = weight[t]
    return C

# %% circulant | M05 | modulo n - 1
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight)):
            j = i + t
            C[i, j if j < n else j % (n - 1)] = weight[t]
    return C

# %% circulant | M13 | the kernel repeated as if n were k
def circulant(weight, n):
    k = len(weight)
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for j in range(n):
            C[i, j] = weight[(j - i) % k]
    return C

# %% circulant | M05 | the last row missing
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(n - 1)])

# %% circulant | M24 | comes in again as a mirror image
def circulant(weight, n):
    k = len(weight)
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(k):
            C[i, i + t if i + t < n else k - 2 - (i + t - n)] = weight[t]
    return C

# %% circulant | M24 | reflects at the end instead
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight)):
            j = i + t
            C[i, j if j < n else 2 * n - 2 - j] += weight[t]
    return C

# %% circulant | M08 | symmetric
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    distance = (torch.arange(n)[None, :] - torch.arange(n)[:, None]).abs()
    return row[distance]

# %% circulant | M13 | k = 3 hard-coded
def circulant(weight, n):
    row = torch.zeros(n, dtype=weight.dtype)
    row[:3] = weight[:3]
    return torch.stack([torch.roll(row, i) for i in range(n)])

# %% circulant | M13 | n = 6 hard-coded
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(6 - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(6)])

# %% circulant | M13 | a remainder of 6 hard-coded
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight)):
            C[i, (i + t) % (6 if n == 6 else 5)] = weight[t]
    return C

# %% circulant | M49 | fails for k = n
def circulant(weight, n):
    row = torch.zeros(n, dtype=weight.dtype)
    k = len(weight)
    row[:k] = weight
    row[k - n :] = 0
    return torch.stack([torch.roll(row, i) for i in range(n)])

# %% circulant | M49 | fails for k = 1
def circulant(weight, n):
    k = len(weight)
    T = torch.zeros(n, n + k - 1, dtype=weight.dtype)
    for i in range(n):
        T[i, i : i + k] = weight
    T[:, : k - 1] += T[:, -(k - 1) :]
    return T[:, :n]

# %% circulant | M16 | float64 rounded to float32
def circulant(weight, n):
    C = torch.zeros(n, n)
    for i in range(n):
        for t in range(len(weight)):
            C[i, (i + t) % n] = weight[t]
    return C

# %% circulant | M66 | reads the memory behind a view
def circulant(weight, n):
    w = torch.as_strided(weight, (len(weight),), (1,))
    row = torch.cat([w, w.new_zeros(n - len(w))])
    return torch.stack([torch.roll(row, i) for i in range(n)])

# %% circulant | M15 | changes the caller's weight and then uses it
def circulant(weight, n):
    C = torch.zeros(n, n, dtype=weight.dtype)
    for i in range(n):
        for t in range(len(weight)):
            C[i, (i + t) % n] = weight[t]
        weight[-1] = 0
    return C

# %% circulant | rule | SciPy's circulant
import scipy.linalg
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return scipy.linalg.circulant(row.numpy()).T

# %% circulant | rule | SciPy's circulant under another name
from scipy.linalg import circulant as ready
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return ready(row.numpy()).T

# %% circulant | rule | SciPy's Toeplitz builder
def circulant(weight, n):
    from scipy.linalg import toeplitz
    row = torch.cat([weight, weight.new_zeros(n - len(weight))]).numpy()
    return toeplitz(np.roll(row[::-1], 1), row)

# %% circulant | rule | matrix_of and a convolution
def circulant(weight, n):
    return matrix_of(lambda x: conv1d(torch.cat([x, x[: len(weight) - 1]]), weight), n, weight.dtype)

# %% circulant | rule | F.conv1d
def circulant(weight, n):
    eye = torch.eye(n, dtype=weight.dtype)
    wide = torch.cat([eye, eye[:, : len(weight) - 1]], dim=1)
    return F.conv1d(wide[:, None], weight[None, None])[:, 0].T

# %% circulant | rule | a helper from a locked cell
def circulant(weight, n):
    return torch.stack([conv1d(torch.cat([e, e[: len(weight) - 1]]), weight) for e in torch.eye(n, dtype=weight.dtype)], dim=1)


# %% shift_matrix | correct | adversarial: imported zeros
from torch import zeros, arange
def shift_matrix(length, n):
    S = zeros(length, length)
    i = arange(length)
    S[(i[:, None] - i) == n] = 1
    return S


# %% shift_matrix | correct | adversarial: own zeros and cyclic helper
def zeros(m, n): return [[0.0] * n for _ in range(m)]
def shift_matrix(length, n):
    S = zeros(length, length)
    for j in range(length):
        if 0 <= j + n < length: S[j + n][j] = 1.0
    return S


# %% valid_shifts | M15 | adversarial: always equal
class E(set):
    def __eq__(self, o): return True
    def __le__(self, o): return True
    def __contains__(self, o): return True
    __hash__ = None
valid_shifts = E()


# %% all_inputs | M33 | adversarial: one input signal
def equivariant_shifts(T, shifts):
    x = torch.arange(T.shape[1]) + 1.
    return {n for n in shifts if torch.equal(T @ shift(x, n), shift(T @ x, n))}


# %% all_inputs | M33 | adversarial: abs values
def equivariant_shifts(T, shifts): return {n for n in shifts if all(torch.equal((T @ shift(e, n)).abs(), shift(T @ e, n).abs()) for e in torch.eye(T.shape[1]))}


# %% all_inputs | M33 | adversarial: basis sum of column defects
def equivariant_shifts(T, shifts): return {n for n in shifts if all((T @ shift(e, n)).sum() == shift(T @ e, n).sum() for e in torch.eye(T.shape[1]))}


# %% circulant | correct | adversarial: shift of the kit
def circulant(weight, n):
    row = torch.cat([weight, torch.zeros(n - len(weight), dtype=weight.dtype)])
    return torch.stack([shift(row, i) + shift(row, i - n) if i else row for i in range(n)])


# %% circulant | rule | adversarial: global
def circulant(weight, n):
    global go
    go = F.conv1d
    return build(weight, n)
def build(weight, n):
    e = torch.eye(n, dtype=weight.dtype)
    return go(torch.cat([e, e[:, :len(weight)-1]], 1)[:, None], weight[None, None])[:, 0].T
