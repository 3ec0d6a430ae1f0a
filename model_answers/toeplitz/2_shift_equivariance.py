# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% shift_matrix | np.eye with an offset
def shift_matrix(length, n):
    return np.eye(length, k=-n)

# %% equivariance_error | the kit's shift
def equivariance_error(T, x, n):
    return float((T @ shift(x, n) - shift(T @ x, n)).abs().max())

# %% valid_shifts | from a range
valid_shifts = set(range(6))

# %% all_inputs | two products compared
def equivariant_shifts(T, shifts):
    m, n_in = T.shape
    def S(length, n):
        return torch.from_numpy(np.eye(length, k=-n)).to(T.dtype)
    return {n for n in shifts if torch.allclose(T @ S(n_in, n), S(m, n) @ T)}

# %% circulant | rolled rows
def circulant(weight, n):
    row = torch.cat([weight, weight.new_zeros(n - len(weight))])
    return torch.stack([torch.roll(row, i) for i in range(n)])
