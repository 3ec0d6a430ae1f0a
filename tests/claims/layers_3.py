"""Notebook 3 of `layers`: the adjoint."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from claiming import Claims, run, shifting, valid

from convkit import matrix_of

claims = Claims("layers/3_adjoint")
KERNEL = torch.tensor([2.0, 3.0, 7.0])


def written(n: int, k: int, stride: int) -> torch.Tensor:
    """Return how often a transposed convolution writes each place."""
    ones = torch.ones(1, 1, n), torch.ones(1, 1, k)
    return F.conv_transpose1d(*ones, stride=stride)[0, 0]


@claims("Stamps write all inner places equally often exactly if the stride divides the kernel's")
def _() -> bool:
    for k in range(1, 8):
        for stride in range(1, k + 1):
            inner = written(12, k, stride)[k - 1 : -(k - 1) or None]
            if (len(inner.unique()) == 1) != (k % stride == 0):
                return False
    return True


@claims("**It undoes nothing.** `T.T` brings back the shape of `x`, not its numbers.")
def _() -> bool:
    T, x = valid(KERNEL, 6), torch.arange(1.0, 7)
    return (T.T @ (T @ x)).shape == x.shape and not torch.equal(T.T @ (T @ x), x)


@claims("Two: places 2 and 3, the only ones that lie in three")
def _() -> bool:
    use = valid(torch.ones(3), 6).sum(0)
    return use.tolist() == [1, 2, 3, 3, 2, 1]


@claims("The shift to the left by 2. Not because it undoes the shift")
def _() -> bool:
    right, left = shifting(6, 2), shifting(6, -2)
    return torch.equal(right.T, left) and not torch.equal(left @ right, torch.eye(6))


@claims('**sum along the diagonal**. That is what "shared weights" means for training')
def _() -> bool:
    x, grad = torch.arange(6.0), torch.tensor([1.0, -2, 3, 5])
    weight = KERNEL.clone().requires_grad_()
    F.conv1d(x[None, None], weight[None, None])[0, 0].backward(grad)
    outer = grad[:, None] * x[None, :]  # the slope of every entry of T
    sums = torch.stack([outer.diagonal(t)[:4].sum() for t in range(3)])
    return weight.grad is not None and torch.equal(weight.grad, sums)


@claims("With `k = 4` the inside is flat; only the rim is thinner.")
def _() -> bool:
    return len(written(8, 4, 2)[3:-3].unique()) == 1 and len(written(8, 3, 2)[2:-2].unique()) > 1


SIX = torch.tensor([1.0, 0, 4, -1, 5, 2])


def stamped(y: torch.Tensor, weight: torch.Tensor, **options: int) -> torch.Tensor:
    """Return the transposed convolution of two vectors."""
    return F.conv_transpose1d(y[None, None], weight[None, None], **options)[0, 0]  # type: ignore[arg-type]


@claims("both are the sum of all `T[i][j] * x[j] * y[i]`, added up in another order.")
def _() -> bool:
    T, x, y = torch.tensor([[1.0, 2, 0], [0, 1, 3]]), torch.tensor([1.0, 2, -1]), torch.tensor(
        [4.0, 5]
    )  # fmt: skip
    total = sum(T[i, j] * x[j] * y[i] for i in range(2) for j in range(3))
    return bool((T @ x) @ y == total) and bool(x @ (T.T @ y) == total)


@claims("with impulses for `x` and `y` the equation says `T[i, j] == S[j, i]`.")
def _() -> bool:
    T, S = valid(KERNEL, 6), torch.arange(24.0).reshape(6, 4)
    x, y = torch.eye(6), torch.eye(4)
    left = torch.stack([torch.stack([(T @ x[j]) @ y[i] for j in range(6)]) for i in range(4)])
    right = torch.stack([torch.stack([x[j] @ (S @ y[i]) for j in range(6)]) for i in range(4)])
    return torch.equal(left, T) and torch.equal(right, S.T)


@claims("with whole numbers, none at all), an impostor a number that everybody sees")
def _() -> bool:
    T, y = valid(KERNEL, 6), torch.tensor([2.0, -3, 1, 5])
    gaps = [
        float(abs((T @ SIX) @ y - SIX @ (S @ y)) / ((T @ SIX).norm() * y.norm()))
        for S in (T.T, T.T.flip(0), torch.linalg.pinv(T))
    ]
    return gaps[0] == 0 and min(gaps[1:]) > 0.05


@claims("So the gradient is made of columns where the outputs were made of rows")
def _() -> bool:
    T, g = valid(KERNEL, 6), torch.tensor([1.0, 10, 100, 1000])
    x = SIX.clone().requires_grad_()
    F.conv1d(x[None, None], KERNEL[None, None])[0, 0].backward(g)
    return x.grad is not None and torch.equal(x.grad, T.T @ g)


@claims("The kernel runs backwards over `grad_output`, and it hangs over at both ends.")
def _() -> bool:
    g = torch.tensor([1.0, 10, 100, 1000])
    full = F.conv1d(g[None, None], KERNEL.flip(0)[None, None], padding=2)[0, 0]
    return torch.equal(full, valid(KERNEL, 6).T @ g)


@claims("four outputs cannot hold six free numbers.")
def _() -> bool:
    T = valid(KERNEL, 6)
    lost = torch.linalg.svd(T)[2][4:]
    return len(lost) == 2 and bool(((T @ lost.T).abs() < 1e-5).all())


@claims("So the slope in `T[i, j]` is `grad_output[i] * x[j]`.")
def _() -> bool:
    T, g = valid(KERNEL, 6).requires_grad_(), torch.tensor([1.0, 2, -1, 3])
    (T @ SIX).backward(g)
    return T.grad is not None and torch.equal(T.grad, torch.outer(g, SIX))


@claims("(A sum, not an average: with more outputs the slope is steeper.)")
def _() -> bool:
    slopes = []
    for n in (6, 60):
        weight = KERNEL.clone().requires_grad_()
        F.conv1d(torch.ones(1, 1, n), weight[None, None]).sum().backward()  # type: ignore[no-untyped-call]
        assert weight.grad is not None
        slopes.append(float(weight.grad[0]))
    return slopes == [4, 58]


@claims("Going back to the weight is itself a (valid) convolution, of the input with the")
def _() -> bool:
    g = torch.tensor([1.0, 2, -1, 3])
    weight = KERNEL.clone().requires_grad_()
    F.conv1d(SIX[None, None], weight[None, None])[0, 0].backward(g)
    return weight.grad is not None and torch.equal(weight.grad, valid(g, 6) @ SIX)


@claims("With stride 2 a convolution makes 3 outputs of 7 inputs, and of 8 as well (k = 3,")
def _() -> bool:
    return [len(valid(KERNEL, n)[::2]) for n in (6, 7, 8, 9)] == [2, 3, 3, 4]


@claims("Going back from 3, which was it? The plain answer is 7; `output_padding=1` says 8.")
def _() -> bool:
    y = torch.ones(3)
    return [len(stamped(y, KERNEL, stride=2, output_padding=p)) for p in (0, 1)] == [7, 8]


@claims("It is the transpose of a convolution with **the same** options")
def _() -> bool:
    y = torch.tensor([1.0, 10, 100])
    for n, p, extra in [(7, 0, 0), (8, 0, 1), (5, 1, 0), (6, 1, 1)]:
        T = valid(KERNEL, n, p)[::2]
        back = stamped(y, KERNEL, stride=2, padding=p, output_padding=extra)
        if not torch.equal(T.T @ y, back):
            return False
    return True


@claims("Without: 3, 27, 30, 270, 300. With an appended zero: the same and then 0. The truth is")
def _() -> bool:
    y = torch.tensor([1.0, 10, 100])
    told = [stamped(y, KERNEL, stride=2, padding=1, output_padding=p).tolist() for p in (0, 1)]
    return told == [[3, 27, 30, 270, 300], [3, 27, 30, 270, 300, 700]]


@claims("With `k = 3` some pixels are written once, some twice, some four times")
def _() -> bool:
    counts = F.conv_transpose2d(torch.ones(1, 1, 5, 5), torch.ones(1, 1, 3, 3), stride=2)
    return set(counts.flatten().tolist()) == {1, 2, 4}


@claims("the counts of a square image are the products of the counts along one axis.")
def _() -> bool:
    counts = F.conv_transpose2d(torch.ones(1, 1, 5, 5), torch.ones(1, 1, 3, 3), stride=2)[0, 0]
    return torch.equal(counts, torch.outer(written(5, 3, 2), written(5, 3, 2)))


@claims("1 1 0 1 1 0 1 1 0 1 1. The stride is larger than the kernel, so there are gaps")
def _() -> bool:
    gaps = all(bool((written(5, k, s) == 0).any()) for s in range(2, 6) for k in range(1, s))
    return gaps and written(4, 2, 3).tolist() == [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]


@claims("enlarge first, by repeating pixels, and convolve with stride 1 afterwards.")
def _() -> bool:
    once = F.conv1d(torch.ones(6).repeat_interleave(2)[None, None], torch.ones(1, 1, 3))
    return len(once.unique()) == 1


@claims("`bias` moves every output, each by as much as itself.")
def _() -> bool:
    layer = torch.nn.Conv1d(1, 1, 3).double()
    x = torch.arange(10.0, dtype=torch.float64).sin().reshape(2, 1, 5)
    before = layer(x)
    with torch.no_grad():
        layer.bias += 0.25  # type: ignore[operator]
    return torch.allclose(layer(x), before + 0.25)


@claims("It doubles: everything is a sum.")
def _() -> bool:
    slopes = []
    for times in (1, 2):
        weight = KERNEL.clone().requires_grad_()
        x, g = SIX.repeat(times, 1, 1), torch.tensor([1.0, 2, -1, 3]).repeat(times, 1, 1)
        F.conv1d(x, weight[None, None]).backward(g)
        assert weight.grad is not None
        slopes.append(weight.grad)
    return torch.equal(slopes[1], 2 * slopes[0])


@claims(
    "gradient is the one of 3.3 *before* the sums along the diagonals, added up over the signals"
)
def _() -> bool:
    x, g = torch.arange(14.0).reshape(2, 7).sin(), torch.arange(10.0).reshape(2, 5).cos()
    W = torch.zeros(5, 7, requires_grad=True)
    (x @ W.T).backward(g)
    outer = sum(torch.outer(g[s], x[s]) for s in range(2))
    return W.grad is not None and torch.allclose(W.grad, outer) and torch.allclose(outer, g.T @ x)


def learned() -> dict[str, torch.Tensor]:
    """Run the two trainings of the notebook with PyTorch's own slopes."""
    space, _ = run("layers/3_adjoint", "setup", "data")
    found = {}
    for N, seed in ((5, 1), (500, 2)):
        x, y = space["some_signals"](N, seed)
        W = torch.zeros(5, 7)
        for _ in range(500):
            W -= 0.2 * 5 * 2 * ((x @ W.T - y) / y.numel()).T @ x
        found[f"free, {N}"] = W
    x, y = space["some_signals"](5, 1)
    weight, bias = torch.zeros(3, requires_grad=True), torch.zeros(1, requires_grad=True)
    for _ in range(500):
        loss = ((F.conv1d(x[:, None], weight[None, None], bias)[:, 0] - y) ** 2).mean()
        slopes = torch.autograd.grad(loss, (weight, bias))
        with torch.no_grad():
            weight -= 0.2 * slopes[0]
            bias -= 0.2 * slopes[1]
    found["tied, 5"] = valid(weight.detach(), 7)
    return found | {"x": x, "y": y, "x_new": space["x_new"], "y_new": space["y_new"]}


@claims("`W` gets lower on the signals it knows: 35 free numbers bend to 25 given ones, noise")
def _() -> bool:
    d = learned()
    known, new = (
        {
            name: float(((d[x] @ d[name].T - d[y]) ** 2).mean())
            for name in ("tied, 5", "free, 5", "free, 500")
        }
        for x, y in (("x", "y"), ("x_new", "y_new"))
    )
    return (
        d["y"].numel() == 25
        and d["free, 5"].numel() == 35
        and known["free, 5"] < known["tied, 5"]
        and new["free, 5"] > 10 * new["tied, 5"]
        and new["free, 500"] < 2 * new["tied, 5"]
    )


@claims("With 500 signals the **diagonals appear** by themselves")
def _() -> bool:
    d, band = learned(), valid(torch.ones(3), 7) > 0
    shares = {
        name: float(d[name][~band].abs().mean() / d[name][band].abs().mean())
        for name in ("free, 5", "free, 500")
    }
    return shares["free, 500"] < 0.02 and shares["free, 5"] > 0.2


@claims("An input that was copied to three places gets slopes from three places.")
def _() -> bool:
    M = matrix_of(lambda x: F.pad(x[None], (2, 2), mode="reflect")[0], 4)
    return M.sum(0).tolist() == [1, 3, 3, 1] and M.shape == (8, 4)
