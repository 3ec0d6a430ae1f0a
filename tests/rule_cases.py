"""Answers that keep the rule on builders and look as if they broke it, and the reverse.

Each is a list of cells that define ``toeplitz_1d(weight, n)`` and give the right matrix, so that
nothing but the rule decides.
"""

from __future__ import annotations

SETUP = """import numpy as np
import torch
import torch.nn.functional as F

from convkit import BUILDERS, check, matrix_of, shift

kernel = torch.tensor([2.0, 3.0, 7.0])
x_1d = torch.arange(10.0)


def conv1d(x, weight):
    return F.conv1d(x[None, None], weight[None, None])[0, 0]


y_1d = conv1d(x_1d, kernel)
"""

_LOOPS = """    k = len(weight)
    T = torch.zeros(n - k + 1, n, dtype=weight.dtype)
    for i in range(n - k + 1):
        T[i, i : i + k] = weight
    return T
"""
OWN = "def toeplitz_1d(weight, n):\n" + _LOOPS
READY = ("F.conv1d(torch.eye(n, dtype=weight.dtype)[:, None], weight[None, None])[:, 0].T")  # fmt: skip
HEAD = "def toeplitz_1d(weight, n):\n"


def _own(before: str = "", inside: str = "", after: str = "") -> list[str]:
    return [before + "\n" + HEAD + inside + _LOOPS + after]


def _class(method: str, body: str = "", use: str = "") -> list[str]:
    return [f"class Matrix:\n    {body or 'size = 3'}\n    def {method}(self, weight, n):\n"
            + "".join(f"    {line}\n" for line in _LOOPS.splitlines())
            + f"\n{HEAD}    {use}return Matrix().{method}(weight, n)\n"]  # fmt: skip


def _helper(name: str) -> list[str]:
    return [f"def {name}(weight, n):\n{_LOOPS}\n\n{HEAD}    return {name}(weight, n)\n"]


MAGIC = "get_ipython().run_cell_magic('{}', '', {!r})"

HONEST: dict[str, list[str]] = {
    "loops": [OWN],
    "a method fold": _class("fold"),
    "a method unfold": _class("unfold"),
    "a method conv1d": _class("conv1d"),
    "a class Conv1d": ["class Conv1d:\n    def build(self, weight, n):\n"
                       + "".join(f"    {line}\n" for line in _LOOPS.splitlines())
                       + f"\n{HEAD}    return Conv1d().build(weight, n)\n"],
    "a field hankel": _class("build", "hankel = 1", "Matrix.hankel\n    "),
    "re.compile": _own("import re\n", "    re.compile('x')\n"),
    "torch.compile": ["@torch.compile(backend='eager')\n" + OWN],
    "print of locals": _own("", "    print(locals())\n"),
    "__dict__ of its own object": _own("class A: ...\n", "    A().__dict__\n"),
    "vars of its own object": _own("class A: ...\n", "    vars(A())\n"),
    "globals": _own("", "    globals().get('nothing')\n"),
    "getattr with a default": _own("", "    getattr(weight, 'dtype', None)\n"),
    "getattr with a made name": _own("", "    getattr(weight, 'sh' + 'ape')\n"),
    "exec of something else": _own("", "    exec('a = 1')\n"),
    "eval of a number": _own("", "    eval('1 + 1')\n"),
    "a helper shift": _helper("shift"),
    "a helper toeplitz": _helper("toeplitz"),
    "a helper unfold": _helper("unfold"),
    "a helper conv1d": _helper("conv1d"),
    "a helper convolve": _helper("convolve"),
    "a helper matrix_of": _helper("matrix_of"),
    "a helper circulant as a lambda": ["circulant = lambda w: w\n" + OWN.replace("= weight", "= circulant(weight)")],
    "a nested function conv1d": _own("", "    def conv1d(a):\n        return a\n    conv1d(n)\n"),
    "a nested function unfold that is used": [HEAD + "    def unfold(a, i):\n        T = torch.zeros(n)\n"
        "        T[i : i + len(a)] = a\n        return T\n"
        "    return torch.stack([unfold(weight, i) for i in range(n - len(weight) + 1)]).to(weight.dtype)\n"],
    "str.format": _own("", "    '{} conv1d'.format(n)\n"),
    "a variable F": _own("", "    F = 3\n    F + 1\n"),
    "a key conv2d": _own("", "    {'conv2d': 1}['conv2d']\n"),
    "words in a docstring": _own("", "    '''Not by F.conv1d or scipy.linalg.toeplitz.'''\n"),
    "words in a comment": _own("", "    # F.conv1d(x)\n"),
    "words in an f-string": _own("", "    f'F.conv1d {n}'\n"),
    "F.pad": [HEAD + "    k = len(weight)\n    rows = [F.pad(weight, (i, n - k - i)) for i in range(n - k + 1)]\n"
              "    return torch.stack(rows)\n"],
    "itertools": _own("import itertools\n", "    list(itertools.product([1], [2]))\n"),
    "as_strided": [HEAD + "    m = n - len(weight) + 1\n    T = torch.zeros(m, n, dtype=weight.dtype)\n"
                   "    T.as_strided((m, len(weight)), (n + 1, 1)).copy_(weight)\n    return T\n"],
    "a comparison in the same cell": _own("", "", "\nassert toeplitz_1d(kernel, 5).shape == (3, 5)\n"
                                          "compared = torch.equal(toeplitz_1d(kernel, 10) @ x_1d, conv1d(x_1d, kernel))\n"),
    "a comparison in a function": [OWN, "def compare_both(weight, n):\n    return toeplitz_1d(weight, n), matrix_of(lambda x: conv1d(x, weight), n)\n"],
    "a comparison in a magic": [OWN, "%timeit -n1 -r1 F.conv1d(x_1d[None, None], kernel[None, None])"],
    "a scratch cell that imports SciPy's": [OWN, "from scipy.linalg import toeplitz\ntoeplitz([1, 2])"],
    "an earlier attempt": [HEAD + f"    return {READY}\n", OWN],
    "an earlier attempt by matrix_of in a scratch cell": [
        "toeplitz_1d = lambda weight, n: matrix_of(lambda x: conv1d(x, weight), n)", OWN],
    "a cell that Python refuses": [OWN, "def bump():\n    count = 1\n    global count\n"],
    "an argument twice": ["def area(a, a):\n    return a\n", OWN],
    "a null byte": ["x = 1\0", OWN],
    "very deep brackets": ["(" * 500 + ")" * 500, OWN],
    "a very deep expression": ["x = " + "-" * 5000 + "1", OWN],
    "a very long cell": ["x = 1\n" * 5000, OWN],
    "no Python at all": ["this is no Python", OWN, "%%html\n<b>F.conv1d</b>"],
    "a timing line": [OWN + "%timeit -n1 -r1 toeplitz_1d(kernel, 6)"],
    "a %%time cell": ["%%time\n" + OWN],
    "a shell line": ["!true\n" + OWN],
    "matplotlib inline": ["%matplotlib inline\n" + OWN],
    "a decorator": ["import functools\n\n\ndef loud(f):\n    @functools.wraps(f)\n    def inner(*a):\n"
                    "        return f(*a)\n    return inner\n\n\n@loud\n" + OWN],
    "a cache": ["import functools\n\n\n@functools.cache\ndef places(m):\n    return list(range(m))\n\n\n" + OWN],
    "a switch that is off": _own("DEBUG = False\n", "    if DEBUG:\n        F.conv1d(x_1d, kernel)\n"),
    "code after the return": _own("", "", f"    return {READY}\n"),
    "a list of both, of which its own is used": [
        "def mine(weight, n):\n" + _LOOPS + "\n\nways = {'mine': mine, 'theirs': F.conv1d}\n\n\n"
        + HEAD + "    return ways['mine'](weight, n)\n"],
    "keys of a dict made by a convolution": _own("known = {'y': conv1d(x_1d, kernel)}\n", "    list(known)\n    known.keys()\n"),
    "the dtype of a convolution's output": _own("", "    y_1d.dtype\n    y_1d.shape\n"),
    "a dataclass field": ["from dataclasses import dataclass\n\n\n@dataclass\nclass Part:\n    hankel: int = 0\n    fold: int = 1\n\n\n"
                          + HEAD + "    Part().hankel, Part().fold\n" + _LOOPS],
    "bytes, sets and walrus": _own("", "    {m := n}\n    b'conv1d'\n"),
    "an annotation": ["def toeplitz_1d(weight: 'F.conv1d', n: int) -> torch.Tensor:\n" + _LOOPS],
}  # fmt: skip

_EYE = "torch.eye(n, dtype=weight.dtype)"
_MORE = "torch.eye(n, dtype=weight.dtype)[:, None], weight[None, None]"


def _by(expression: str, before: str = "") -> list[str]:
    return [f"{before}\n{HEAD}    return {expression}\n"]


_COLUMNS = "np.stack([{}(e, weight.flip(0).numpy(), 'valid') for e in np.eye(n, dtype=weight.numpy().dtype)], 1)"
_JACOBIAN = "(lambda x: torch.stack([x[i : i + len(weight)] @ weight for i in range(n - len(weight) + 1)]), torch.zeros(n, dtype=weight.dtype)"

PAST: dict[str, list[str]] = {
    "F.conv1d": _by(READY),
    "torch.conv1d": _by(f"torch.conv1d({_MORE})[:, 0].T"),
    "an alias by import": _by(f"z({_MORE})[:, 0].T", "from torch.nn.functional import conv1d as z"),
    "a module by another name": _by(f"q.conv1d({_MORE})[:, 0].T", "import torch.nn.functional as q"),
    "a star import": _by(f"conv2d(*(t[:, None] for t in ({_MORE})))[:, 0, 0].T", "from torch.nn.functional import *"),
    "an alias": _by(f"g({_MORE})[:, 0].T", "g = F.conv1d"),
    "an alias inside": [HEAD + f"    g = F.conv1d\n    return g({_MORE})[:, 0].T\n"],
    "nn.Conv1d": [HEAD + "    layer = torch.nn.Conv1d(1, 1, len(weight), bias=False, dtype=weight.dtype)\n"
                  f"    layer.weight.data = weight[None, None]\n    return layer({_EYE}[:, None])[:, 0].T.detach()\n"],
    "torch.ops": _by(f"torch.ops.aten.convolution({_MORE}, None, [1], [0], [1], False, [0], 1)[:, 0].T"),
    "transposed": [HEAD + "    k = len(weight)\n    return F.conv_transpose1d(torch.eye(n - k + 1, dtype=weight.dtype)[:, None], weight[None, None])[:, 0]\n"],
    "F.unfold": [HEAD + f"    P = F.unfold({_EYE}[:, None, None], (1, len(weight)))\n    return torch.einsum('jki,k->ij', P, weight)\n"],
    "Tensor.unfold": _by(f"({_EYE}.unfold(1, len(weight), 1) @ weight).T"),
    "sliding_window_view": _by("(np.lib.stride_tricks.sliding_window_view(np.eye(n, dtype=weight.numpy().dtype), len(weight), 1) @ weight.numpy()).T"),
    "np.convolve": _by(_COLUMNS.format("np.convolve")),
    "np.correlate": _by(_COLUMNS.format("np.correlate").replace(".flip(0)", "")),
    "np.polymul": _by("np.stack([np.polymul(np.concatenate([[1.0], e]), weight.flip(0).numpy())[len(weight):n + 1] "
                      "- 1.0 * np.concatenate([weight.flip(0).numpy(), np.zeros(n)])[len(weight):n + 1] for e in np.eye(n)], 1)"),
    "scipy.linalg.toeplitz": [HEAD + "    import scipy.linalg\n    w, k = weight.numpy(), len(weight)\n    c, r = np.zeros(n - k + 1, w.dtype), np.zeros(n, w.dtype)\n"
                              "    c[0], r[:k] = w[0], w\n    return scipy.linalg.toeplitz(c, r)\n"],
    "scipy under another name": [
        "from scipy.linalg import convolution_matrix as helper\n" + HEAD
        + "    return helper(weight.flip(0).numpy(), n, mode='valid')\n"],
    "scipy by importlib": ["import importlib\n" + HEAD + "    s = importlib.import_module('scipy.linalg')\n"
                           "    return s.convolution_matrix(weight.flip(0).numpy(), n, mode='valid')\n"],
    "scipy.signal": [HEAD + "    from scipy import signal\n    return np.stack([signal.correlate(e, weight.numpy(), 'valid') for e in np.eye(n)], 1)\n"],
    "jacobian": _by(f"torch.autograd.functional.jacobian{_JACOBIAN})"),
    "jacrev": _by(f"torch.func.jacrev{_JACOBIAN[:-1].replace(', torch.zeros', ')(torch.zeros', 1)}e))".replace("dtypee", "dtype")),
    "vmap of conv1d": _by(f"torch.func.vmap(lambda e: F.conv1d(e[None, None], weight[None, None])[0, 0])({_EYE}).T"),
    "getattr": _by(f"getattr(F, 'conv' + '1d')({_MORE})[:, 0].T"),
    "getattr, computed": _by(f"getattr(F, chr(99) + 'onv1d')({_MORE})[:, 0].T"),
    "backwards": _by(f"getattr(F, 'd1vnoc'[::-1])({_MORE})[:, 0].T"),
    "__dict__": _by(f"F.__dict__['conv1d']({_MORE})[:, 0].T"),
    "vars": _by(f"vars(F)['conv' + '1d']({_MORE})[:, 0].T"),
    "exec": [f"exec({'def g(e, w): return F.conv1d(e, w)'!r})\n{HEAD}    return g({_MORE})[:, 0].T\n"],
    "exec inside": [HEAD + f"    out = {{}}\n    exec('g = F.conv1d', globals(), out)\n    return out['g']({_MORE})[:, 0].T\n"],
    "eval": _by(f"eval('F.conv1d')({_MORE})[:, 0].T"),
    "globals": _by(f"globals()['conv' + '1d_'[:-1]].__globals__['F'].conv1d({_MORE})[:, 0].T"),
    "a helper in a %%time cell": [f"%%time\ndef g(weight, n):\n    return {READY}\n", HEAD + "    return g(weight, n)\n"],
    "a %%time cell": [f"%%time\n{HEAD}    return {READY}\n"],
    "a %time line": [f"%time toeplitz_1d = lambda weight, n: {READY}"],
    "below a magic": [f"%matplotlib inline\n{HEAD}    return {READY}\n"],
    "a lambda": [f"toeplitz_1d = lambda weight, n: {READY}"],
    "partial": _by(f"functools.partial(F.conv1d, weight=weight[None, None])({_EYE}[:, None])[:, 0].T", "import functools"),
    "a default": ["def toeplitz_1d(weight, n, op=F.conv1d):\n" + f"    return op({_MORE})[:, 0].T\n"],
    "__call__": ["class Build:\n    def __call__(self, weight, n):\n" + f"        return {READY}\n\n\ntoeplitz_1d = Build()\n"],
    "a dict of ways": [f"ways = {{'a': F.conv1d}}\n{HEAD}    return ways['a']({_MORE})[:, 0].T\n"],
    "a list of ways": [f"ways = [np.zeros, F.conv1d]\n{HEAD}    return ways[1]({_MORE})[:, 0].T\n"],
    "map": [HEAD + f"    return torch.stack(list(map(F.conv1d, {_EYE}[:, None, None], [weight[None, None]] * n)))[:, 0, 0].T\n"],
    "matrix_of": _by("matrix_of(lambda x: torch.stack([x[i : i + len(weight)] @ weight for i in range(n - len(weight) + 1)]), n, weight.dtype)"),
    "matrix_of by another name": _by("m(lambda x: torch.stack([x[i : i + len(weight)] @ weight for i in range(n - len(weight) + 1)]), n, weight.dtype)",
                                     "from convkit import matrix_of as m"),
    "matrix_of from the module": _by("convkit.tools.matrix_of(lambda x: torch.stack([x[i : i + len(weight)] @ weight for i in range(n - len(weight) + 1)]), n, weight.dtype)",
                                     "import convkit"),
    "the lecture's conv1d": _by(f"torch.stack([conv1d(e, weight) for e in {_EYE}], 1)"),
    "a helper": [f"def g(weight, n):\n    return {READY}\n", HEAD + "    return g(weight, n)\n"],
    "a helper that is defined later": [HEAD + "    return g(weight, n)\n", f"def g(weight, n):\n    return {READY}\n"],
    "a helper that is redefined": ["def g(weight, n):\n" + _LOOPS, HEAD + "    return g(weight, n)\n", f"def g(weight, n):\n    return {READY}\n"],
    "a decorator": [f"def instead(f):\n    return lambda weight, n: {READY}\n\n\n@instead\n" + OWN],
    "an attribute of its own": [HEAD + f"    return toeplitz_1d.op({_MORE})[:, 0].T\n", "toeplitz_1d.op = F.conv1d"],
    "a method that is put into Tensor": [f"torch.Tensor.go = lambda x, w: F.conv1d(x, w)\n{HEAD}    return {_EYE}[:, None].go(weight[None, None])[:, 0].T\n"],
    "inference mode": [HEAD + f"    with torch.inference_mode():\n        T = {READY}\n    return T.clone()\n"],
    "a table made before": [f"table = {{}}\nfor k in range(1, 4):\n    for m in range(1, 20):\n"
        "        table[k, m] = [F.conv1d(torch.eye(m)[:, None], e[None, None])[:, 0].T for e in torch.eye(k)] if m >= k else None\n"
        f"{HEAD}    return sum(w * t for w, t in zip(weight, table[len(weight), n]))\n"],
}  # fmt: skip
