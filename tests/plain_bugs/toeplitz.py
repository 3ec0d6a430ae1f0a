# %% valid_length | - | wrong sign
def valid_length(n, k):
    return n + k + 1


# %% valid_length | - | arguments swapped
def valid_length(n, k):
    return k - n + 1


# %% valid_length | - | one argument ignored
def valid_length(n, k):
    return n - 3 + 1


# %% valid_length | - | a division
def valid_length(n, k):
    return n // k


# %% valid_length | - | off by two
def valid_length(n, k):
    return n - k + 3


# %% valid_length | - | printed
def valid_length(n, k):
    print(n - k + 1)


# %% valid_length | M05 | counts one short
def valid_length(n, k):
    return len(range(k, n))


# %% typed_valid | - | zeros only
T_valid = torch.zeros(8, 10)

# %% typed_valid | - | copied numbers of the example
T_valid = matrix_of(lambda x: conv1d(x, kernel), 10)

# %% typed_valid | - | one typing error
T_valid = matrix_of(lambda x: conv1d(x, weight), 10)
T_valid[3, 4] = -1

# %% typed_valid | - | signs lost
T_valid = matrix_of(lambda x: conv1d(x, weight), 10).abs()

# %% typed_valid | - | rows go the wrong way
T_valid = matrix_of(lambda x: conv1d(x, weight), 10).flip(0)

# %% typed_valid | - | columns reversed
T_valid = matrix_of(lambda x: conv1d(x, weight), 10).flip(1)


# %% toeplitz_1d | - | last row only, return inside the loop
def toeplitz_1d(weight, n):
    k = len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
        return T


# %% toeplitz_1d | - | one name for all rows
def toeplitz_1d(weight, n):
    k = len(weight)
    T = [[0.0] * n] * (n - k + 1)
    for i in range(n - k + 1):
        for t in range(k):
            T[i][i + t] = float(weight[t])
    return T


# %% toeplitz_1d | - | the global kernel instead of the argument
def toeplitz_1d(weight, n):
    w = kernel
    T = torch.zeros(n - len(w) + 1, n)
    for i in range(n - len(w) + 1):
        T[i, i : i + len(w)] = w
    return T


# %% toeplitz_1d | - | zeros only
def toeplitz_1d(weight, n):
    return torch.zeros(n - len(weight) + 1, n)


# %% toeplitz_1d | - | rolled the wrong way
def toeplitz_1d(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(-i) for i in range(n - len(weight) + 1)])


# %% toeplitz_1d | - | begins one column late
def toeplitz_1d(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i + 1) for i in range(n - len(weight) + 1)])


# %% toeplitz_1d | - | signs lost
def toeplitz_1d(weight, n):
    row = torch.cat([weight.abs(), weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i) for i in range(n - len(weight) + 1)])


# %% toeplitz_1d | - | tap times its number
def toeplitz_1d(weight, n):
    row = torch.cat([weight * torch.arange(1, len(weight) + 1), weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i) for i in range(n - len(weight) + 1)])


# %% flip | - | rows reversed
def true_convolution_1d(weight, n):
    return matrix_of(lambda x: torch.from_numpy(np.convolve(weight.numpy(), x.numpy())), n).flip(0)


# %% flip | - | columns reversed
def true_convolution_1d(weight, n):
    return matrix_of(lambda x: torch.from_numpy(np.convolve(weight.numpy(), x.numpy())), n).flip(1)


# %% flip | - | the valid cross-correlation
def true_convolution_1d(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i) for i in range(n - len(weight) + 1)])


# %% flip | - | zeros only
def true_convolution_1d(weight, n):
    return torch.zeros(n + len(weight) - 1, n)


# %% flip | - | return inside the loop
def true_convolution_1d(weight, n):
    T = torch.zeros(n + len(weight) - 1, n, dtype=weight.dtype)
    for j in range(n):
        T[j : j + len(weight), j] = weight
        return T


# %% is_toeplitz | - | return inside the loop
def is_toeplitz(T):
    for i in range(1, T.shape[0]):
        for j in range(1, T.shape[1]):
            return bool(T[i, j] == T[i - 1, j - 1])
    return True


# %% is_toeplitz | M15 | any for all
def is_toeplitz(T):
    return bool((T[1:, 1:] == T[:-1, :-1]).any())


# %% is_toeplitz | - | rolled rows
def is_toeplitz(T):
    return all(torch.equal(T[i], T[i - 1].roll(1)) for i in range(1, len(T)))


# %% is_toeplitz | M15 | not all different
def is_toeplitz(T):
    return not bool((T[1:, 1:] != T[:-1, :-1]).all())


# %% is_toeplitz | M15 | wrong diagonal
def is_toeplitz(T):
    return bool((T[1:, :-1] == T[:-1, 1:]).all())


# %% is_toeplitz | - | first row against second
def is_toeplitz(T):
    return len(T) == 1 or bool((T[1, 1:] == T[0, :-1]).all())


# %% is_toeplitz | - | last comparison counts
def is_toeplitz(T):
    good = True
    for i in range(1, T.shape[0]):
        good = bool((T[i, 1:] == T[i - 1, :-1]).all())
    return good


# %% is_toeplitz | - | the opposite
def is_toeplitz(T):
    return not bool((T[1:, 1:] == T[:-1, :-1]).all())


# %% is_toeplitz | - | sums only
def is_toeplitz(T):
    return bool(T[1:, 1:].sum() == T[:-1, :-1].sum())


# %% shift_matrix | - | the identity moved down the wrong index
def shift_matrix(length, n):
    return torch.eye(length).roll(n, 1)


# %% shift_matrix | - | zeros only
def shift_matrix(length, n):
    return torch.zeros(length, length)


# %% shift_matrix | - | only to the right
def shift_matrix(length, n):
    S = torch.zeros(length, length)
    for j in range(length - n):
        if n >= 0:
            S[j + n, j] = 1
    return S


# %% shift_matrix | - | twos
def shift_matrix(length, n):
    return 2 * torch.from_numpy(np.eye(length, k=-n))


# %% shift_matrix | - | upside down
def shift_matrix(length, n):
    return torch.from_numpy(np.eye(length, k=-n)).flip(0)


# %% equivariance_error | - | the sum without absolute value
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).sum().abs())


# %% equivariance_error | - | plus for minus
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) + shift(T @ x, n)).abs().max())


# %% equivariance_error | - | min for max
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().min())


# %% equivariance_error | - | the last output only
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n))[-1].abs())


# %% equivariance_error | M32 | zero
def equivariance_error(T, x, n):
    return 0.0


# %% equivariance_error | - | the median
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().median())


# %% all_inputs | M34 | return inside the loop
def equivariant_shifts(T, shifts):
    for n in shifts:
        A = T @ torch.from_numpy(np.eye(T.shape[1], k=-n)).float()
        B = torch.from_numpy(np.eye(T.shape[0], k=-n)).float() @ T
        return {n} if torch.equal(A, B) else set()


# %% all_inputs | M32 | any for all
def equivariant_shifts(T, shifts):
    found = set()
    for n in shifts:
        A = T @ torch.from_numpy(np.eye(T.shape[1], k=-n)).float()
        B = torch.from_numpy(np.eye(T.shape[0], k=-n)).float() @ T
        if (A == B).any():
            found.add(n)
    return found


# %% all_inputs | M15 | not for yes
def equivariant_shifts(T, shifts):
    found = set()
    for n in shifts:
        A = T @ torch.from_numpy(np.eye(T.shape[1], k=-n)).float()
        B = torch.from_numpy(np.eye(T.shape[0], k=-n)).float() @ T
        if not torch.equal(A, B):
            found.add(n)
    return found


# %% all_inputs | - | the empty set
def equivariant_shifts(T, shifts):
    return set()


# %% all_inputs | - | first row only
def equivariant_shifts(T, shifts):
    found = set()
    for n in shifts:
        A = T @ torch.from_numpy(np.eye(T.shape[1], k=-n)).float()
        B = torch.from_numpy(np.eye(T.shape[0], k=-n)).float() @ T
        if torch.equal(A[0], B[0]):
            found.add(n)
    return found


# %% all_inputs | M33 | only zero
def equivariant_shifts(T, shifts):
    return {0}


# %% circulant | M07 | rolled the wrong way
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(-i) for i in range(n)])


# %% circulant | - | zeros only
def circulant(weight, n):
    return torch.zeros(n, n)


# %% circulant | - | one row too many
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i) for i in range(n + 1)])


# %% circulant | M20 | starts at 1
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i + 1) for i in range(n)])


# %% circulant | - | starts one early
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i - 1) for i in range(n)])


# %% circulant | - | doubled steps
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(2 * i) for i in range(n)])


# %% circulant | - | rows upside down
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([row.roll(i) for i in range(n)]).flip(0)


# %% padded_length | M17 | padding ignored
def padded_length(n, k, padding):
    return n - k + 1


# %% padded_length | - | padding twice too often
def padded_length(n, k, padding):
    return n + 4 * padding - k + 1


# %% padded_length | - | wrong sign
def padded_length(n, k, padding):
    return n - 2 * padding - k + 1


# %% padded_length | M05 | plus two
def padded_length(n, k, padding):
    return n + 2 * padding - k + 2


# %% padded_length | - | k and padding swapped
def padded_length(n, k, padding):
    return n + 2 * k - padding + 1


# %% padded_length | M17 | forgets k
def padded_length(n, k, padding):
    return n + 2 * padding


# %% typed_padded | - | transposed
T_padded = matrix_of(lambda x: conv1d(x, weight, padding=1), 10).T

# %% typed_padded | - | zeros only
T_padded = torch.zeros(10, 10)

# %% typed_padded | M22 | valid with zero rows around
T_padded = torch.zeros(10, 10)
T_padded[1:9] = matrix_of(lambda x: conv1d(x, weight), 10)

# %% typed_padded | - | rows reversed
T_padded = matrix_of(lambda x: conv1d(x, weight, padding=1), 10).flip(0)

# %% typed_padded | - | signs lost
T_padded = matrix_of(lambda x: conv1d(x, weight, padding=1), 10).abs()

# %% typed_padded | M23 | circulant
T_padded = torch.stack(
    [torch.tensor([1.0, -2, 0, 0, 0, 0, 0, 0, 0, 1]).roll(i) for i in range(10)]
)


# %% toeplitz_1d_padded | M17 | padding ignored
def toeplitz_1d_padded(weight, n, padding):
    return matrix_of(
        lambda x: torch.from_numpy(np.correlate(x.numpy(), weight.numpy(), "valid")), n
    )


# %% toeplitz_1d_padded | - | zeros only
def toeplitz_1d_padded(weight, n, padding):
    return torch.zeros(n + 2 * padding - len(weight) + 1, n)


# %% toeplitz_1d_padded | - | padded after, cut one off
def toeplitz_1d_padded(weight, n, padding):
    k, m = len(weight), n + 2 * padding - len(weight) + 1
    T = torch.zeros(m, n + 2 * padding, dtype=weight.dtype)
    for i in range(m):
        T[i, i : i + k] = weight
    return T[:, padding + 1 : padding + 1 + n]


# %% toeplitz_1d_padded | M20 | cut before
def toeplitz_1d_padded(weight, n, padding):
    k, m = len(weight), n + 2 * padding - len(weight) + 1
    T = torch.zeros(m, n + 2 * padding, dtype=weight.dtype)
    for i in range(m):
        T[i, i : i + k] = weight
    return T[:, :n]


# %% toeplitz_1d_padded | M27 | slice with -padding
def toeplitz_1d_padded(weight, n, padding):
    k, m = len(weight), n + 2 * padding - len(weight) + 1
    T = torch.zeros(m, n + 2 * padding, dtype=weight.dtype)
    for i in range(m):
        T[i, i : i + k] = weight
    return T[:, padding:-padding]


# %% toeplitz_1d_padded | M23 | negative columns wrap
def toeplitz_1d_padded(weight, n, padding):
    k, m = len(weight), n + 2 * padding - len(weight) + 1
    T = torch.zeros(m, n, dtype=weight.dtype)
    for i in range(m):
        for t in range(k):
            if i + t - padding < n:
                T[i, i + t - padding] += weight[t]
    return T


# %% toeplitz_1d_padded | - | return inside the loop
def toeplitz_1d_padded(weight, n, padding):
    k, m = len(weight), n + 2 * padding - len(weight) + 1
    T = torch.zeros(m, n, dtype=weight.dtype)
    for i in range(m):
        for t in range(k):
            if 0 <= i + t - padding < n:
                T[i, i + t - padding] = weight[t]
        return T


# %% padding_matrix | M13 | zeros only done
def padding_matrix(n, left, right, mode):
    P = torch.zeros(left + n + right, n)
    P[left : left + n] = torch.eye(n)
    return P


# %% padding_matrix | - | zeros and circular done
def padding_matrix(n, left, right, mode):
    P = torch.zeros(left + n + right, n)
    P[left : left + n] = torch.eye(n)
    if mode == "circular":
        for i in range(len(P)):
            P[i, (i - left) % n] = 1
    return P


# %% padding_matrix | - | only zeros returned, else None
def padding_matrix(n, left, right, mode):
    if mode == "zeros":
        P = torch.zeros(left + n + right, n)
        P[left : left + n] = torch.eye(n)
        return P


# %% padding_matrix | - | else circular
def padding_matrix(n, left, right, mode):
    P = torch.zeros(left + n + right, n)
    for i in range(len(P)):
        if mode != "zeros" or 0 <= i - left < n:
            P[i, (i - left) % n] = 1
    return P


# %% padding_matrix | - | replicate for all but zeros
def padding_matrix(n, left, right, mode):
    P = torch.zeros(left + n + right, n)
    for i in range(len(P)):
        if mode != "zeros" or 0 <= i - left < n:
            P[i, min(max(i - left, 0), n - 1)] = 1
    return P


# %% padding_matrix | - | all rows one up
def padding_matrix(n, left, right, mode):
    P = torch.zeros(left + n + right, n)
    P[left - 1 : left - 1 + n] = torch.eye(n)
    return P


# %% input_use | - | all ones
def input_use(n, k, padding):
    return torch.ones(n)


# %% input_use | M17 | padding ignored
def input_use(n, k, padding):
    return [min(k, j + 1, n - j, n - k + 1) for j in range(n)]


# %% input_use | - | no limit by k
def input_use(n, k, padding):
    return [min(j + padding + 1, n + padding - j) for j in range(n)]


# %% input_use | - | one more
def input_use(n, k, padding):
    return [
        min(k, n + 2 * padding - k + 1, j + padding + 1, n + padding - j) + 1 for j in range(n)
    ]


# %% input_use | - | left end only
def input_use(n, k, padding):
    return [min(k, n + 2 * padding - k + 1, j + padding + 1) for j in range(n)]


# %% input_use | M05 | off by one at the right
def input_use(n, k, padding):
    return [
        min(k, n + 2 * padding - k + 1, j + padding + 1, n + padding - j - 1) for j in range(n)
    ]


# %% flat_index | M44 | sum
def flat_index(row, col, width):
    return row + col


# %% flat_index | - | product
def flat_index(row, col, width):
    return row * col * width


# %% flat_index | - | minus
def flat_index(row, col, width):
    return row * width - col


# %% flat_index | M43 | column first
def flat_index(row, col, width):
    return col * width + row


# %% flat_index | M44 | width plus one, col minus
def flat_index(row, col, width):
    return row * (width + 1) + col


# %% typed_2d | - | zeros
T_2d = torch.zeros(6, 20)

# %% typed_2d | - | columns reversed
T_2d = matrix_of(lambda x: conv2d(x, weight_2d), (4, 5)).flip(1)

# %% typed_2d | - | first row only
T_2d = torch.zeros(6, 20)
T_2d[0] = matrix_of(lambda x: conv2d(x, weight_2d), (4, 5))[0]

# %% typed_2d | - | signs lost
T_2d = matrix_of(lambda x: conv2d(x, weight_2d), (4, 5)).abs()


# %% toeplitz_2d | - | zeros
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    return torch.zeros((height - R + 1) * (width - S + 1), height * width)


# %% toeplitz_2d | - | return inside the loop
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
            return T.reshape((height - R + 1) * (width - S + 1), -1)


# %% toeplitz_2d | - | return after the first row of outputs
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, i : i + R, j : j + S] = weight
        return T.reshape((height - R + 1) * (width - S + 1), -1)


# %% toeplitz_2d | - | i for j
def toeplitz_2d(weight, height, width):
    R, S = weight.shape
    T = torch.zeros(height - R + 1, width - S + 1, height, width, dtype=weight.dtype)
    for i in range(height - R + 1):
        for j in range(width - S + 1):
            T[i, j, :R, j : j + S] = weight
    return T.reshape((height - R + 1) * (width - S + 1), -1)


# %% is_block_toeplitz | - | any for all
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).any()
    return bool(inside and (B[1:, :, 1:] == B[:-1, :, :-1]).any())


# %% is_block_toeplitz | M11 | or for and
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    return bool(inside or (B[1:, :, 1:] == B[:-1, :, :-1]).all())


# %% is_block_toeplitz | - | the opposite
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    return not bool(inside and (B[1:, :, 1:] == B[:-1, :, :-1]).all())


# %% is_block_toeplitz | - | reshaped to a list of blocks
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(-1, r, c)
    return bool((B[:, 1:, 1:] == B[:, :-1, :-1]).all())


# %% is_block_toeplitz | - | blocks down only
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    B = T.reshape(T.shape[0] // r, r, T.shape[1] // c, c)
    inside = (B[:, 1:, :, 1:] == B[:, :-1, :, :-1]).all()
    return bool(inside and (B[1:] == B[:-1]).all())


# %% is_block_toeplitz | - | return at the first block
def is_block_toeplitz(T, block_shape):
    r, c = block_shape
    for i in range(0, T.shape[0] - r, r):
        for j in range(0, T.shape[1] - c, c):
            return torch.equal(T[i : i + r, j : j + c], T[i + r : i + 2 * r, j + c : j + 2 * c])
    return True


# %% toeplitz_2d_kron | M43 | factors exchanged
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[r, s] * torch.kron(G[s : s + width - S + 1], E[r : r + height - R + 1])
        for r in range(R)
        for s in range(S)
    )


# %% toeplitz_2d_kron | - | first kernel row only
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[0, s] * torch.kron(E[: height - R + 1], G[s : s + width - S + 1]) for s in range(S)
    )


# %% toeplitz_2d_kron | - | the last product alone
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    for r in range(R):
        for s in range(S):
            T = weight[r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
    return T


# %% toeplitz_2d_kron | M46 | r and s exchanged in weight
def toeplitz_2d_kron(weight, height, width):
    R, S = weight.shape
    E, G = torch.eye(height, dtype=weight.dtype), torch.eye(width, dtype=weight.dtype)
    return sum(
        weight[R - 1 - r, s] * torch.kron(E[r : r + height - R + 1], G[s : s + width - S + 1])
        for r in range(R)
        for s in range(S)
    )


# %% counts_1d | - | any numbers
counts_1d = {"dense": 81, "nonzero": 25, "parameters": 4}

# %% counts_1d | - | one more in each
counts_1d = {"dense": 80, "nonzero": 24, "parameters": 4}

# %% counts_1d | - | zeros
counts_1d = {"dense": 0, "nonzero": 0, "parameters": 0}

# %% counts_1d | - | coincides in one
counts_1d = {"dense": 7, "nonzero": 30, "parameters": 99}

# %% counts_2d | M13 | copied from above
counts_2d = {"dense": 288, "nonzero": 72, "parameters": 6}

# %% counts_2d | - | one number coincides
counts_2d = {"dense": 77, "nonzero": 72, "parameters": 1}

# %% counts_2d | - | ones
counts_2d = {"dense": 1, "nonzero": 1, "parameters": 1}


# %% conv_counts | - | the kernel's width used twice
def conv_counts(height, width, kernel_height, kernel_width):
    outputs = (height - kernel_width + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": outputs * height * width, "nonzero": outputs * taps, "parameters": taps}


# %% conv_counts | - | the image's width used twice
def conv_counts(height, width, kernel_height, kernel_width):
    outputs = (width - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": outputs * height * width, "nonzero": outputs * taps, "parameters": taps}


# %% conv_counts | M45 | kernel exchanged in the outputs
def conv_counts(height, width, kernel_height, kernel_width):
    outputs = (height - kernel_width + 1) * (width - kernel_height + 1)
    taps = kernel_height * kernel_width
    return {"dense": outputs * height * width, "nonzero": outputs * taps, "parameters": taps}


# %% conv_counts | - | outputs for dense
def conv_counts(height, width, kernel_height, kernel_width):
    outputs = (height - kernel_height + 1) * (width - kernel_width + 1)
    taps = kernel_height * kernel_width
    return {"dense": outputs, "nonzero": outputs * taps, "parameters": taps}


# %% conv_counts | - | zeros
def conv_counts(height, width, kernel_height, kernel_width):
    return {"dense": 0, "nonzero": 0, "parameters": 0}


# %% conv_counts | M05 | without + 1
def conv_counts(height, width, kernel_height, kernel_width):
    outputs = (height - kernel_height) * (width - kernel_width)
    taps = kernel_height * kernel_width
    return {"dense": outputs * height * width, "nonzero": outputs * taps, "parameters": taps}


# %% layer_parameters | M60 | groups ignored
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    a, b = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return in_channels * out_channels * a * b + out_channels * bias


# %% layer_parameters | M54 | channels exchanged
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    a, b = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return in_channels * out_channels // groups * a * b + in_channels * bias


# %% layer_parameters | M54 | bias ignored
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    a, b = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return in_channels * out_channels // groups * a * b


# %% layer_parameters | - | zero
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return 0


# %% layer_parameters | M60 | groups times instead of divided
def layer_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    a, b = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return in_channels * out_channels * groups * a * b + out_channels * bias


# %% nonzero_padded | M17 | padding ignored
def nonzero_padded(n, k, padding):
    return (n - k + 1) * k


# %% nonzero_padded | - | zero
def nonzero_padded(n, k, padding):
    return 0


# %% nonzero_padded | M55 | all rows whole
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k


# %% nonzero_padded | M55 | one triangle
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k - padding * (padding + 1) // 2


# %% nonzero_padded | - | square for triangle
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k - padding**2


# %% nonzero_padded | - | padding off by one in the triangle
def nonzero_padded(n, k, padding):
    return (n + 2 * padding - k + 1) * k - padding * (padding - 1)
