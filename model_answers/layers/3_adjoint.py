# Shown on feedback pages beside the answers of source/, where the instructor allows it.
# Each is one of tests/answers, word for word.

# %% dot_test | torch, flattened in float64
def dot_test(x, y, Tx, Sy):
    x, y, Tx, Sy = (a.flatten().double() for a in (x, y, Tx, Sy))
    size = Tx.norm() * y.norm()
    if size == 0:
        return 0.0
    return ((Tx @ y - x @ Sy).abs() / size).item()

# %% input_gradient | one slice a tap
def input_gradient(grad_output, weight):
    m, k = len(grad_output), len(weight)
    out = torch.zeros(m + k - 1, dtype=grad_output.dtype)
    for t, w in enumerate(weight):
        out[t : t + m] += w * grad_output
    return out

# %% weight_gradient | a slice a tap
def weight_gradient(x, grad_output):
    m = len(grad_output)
    return torch.stack([x[t : t + m] @ grad_output for t in range(len(x) - m + 1)])

# %% conv_transpose_1d | a step a tap, NumPy
def conv_transpose_1d(y, weight, stride=1, padding=0, output_padding=0):
    n, k = len(y), len(weight)
    ink = np.zeros((n - 1) * stride + k + output_padding)
    for t in range(k):
        ink[t : t + (n - 1) * stride + 1 : stride] += float(weight[t]) * y.numpy()
    return ink[padding:][: len(ink) - 2 * padding]

# %% checkerboard | two loops, a list
def checkerboard(n, k, stride):
    count = [0] * ((n - 1) * stride + k)
    for i in range(n):
        for t in range(k):
            count[i * stride + t] += 1
    return count

# %% even_kernels | by the remainder
even_kernels = {(k, s) for k, s in pairs if k % s == 0}

# %% conv1d_backward | einsum over windows
def conv1d_backward(grad_output, x, weight):
    k = len(weight)
    grad_weight = torch.einsum("bi,bit->t", grad_output, x.unfold(1, k, 1))
    wide = F.pad(grad_output, (k - 1, k - 1))
    return wide.unfold(1, k, 1) @ weight.flip(0), grad_weight, grad_output.sum().item()
