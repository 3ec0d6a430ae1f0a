"""The rule on builders: whether an answer calls what it was asked to build.

Which evidence wins
-------------------
1. What was *seen* to run while the answer ran (`convkit.watch`) breaks the rule, whatever it was
   called through.
2. A *call* that is read (`convkit.reading`) breaks it too, though it did not run in these calls:
   what a definition reaches may run for other inputs, or have run before, into a table.
3. What is only *mentioned* (kept in a list, handed on) breaks it when nobody watched, or when it
   is something that a watch cannot see once it has another name. Else the watch has the last word.
4. Ways to reach anything, such as ``exec``, ``eval``, ``getattr`` or ``globals``, break nothing by
   themselves: what they reach is seen, or read where it stands as plain text.
5. What cannot be read is neither accused nor missing.

The check in the notebook and the hidden test both ask `broken` and `missed`, with the same cells.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np
import torch

from convkit import tools
from convkit.comparing import Difference
from convkit.reading import Reading, read

#: Ready-made convolutions and matrix builders, by parts of their dotted name.
BUILDERS: frozenset[str] = frozenset(
    {f"{name}{d}d" for d in (1, 2, 3) for name in (
        "conv", "Conv", "LazyConv", "conv_transpose", "ConvTranspose", "LazyConvTranspose")}
    | {f"conv{d}d_{to}" for d in (1, 2, 3) for to in ("input", "weight")}
    | {f"Conv{d}D" for d in (1, 2, 3)}
    | {"conv_tbc", "convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution",
       "convolution_backward", "thnn_conv2d", "slow_conv3d", "_slow_conv2d_forward",
       "convolve", "correlate", "fftconvolve", "oaconvolve", "convolve1d", "correlate1d",
       "convolve2d", "correlate2d", "convmtx2", "conv_general_dilated", "filter2D",
       "lfilter", "filtfilt", "upfirdn", "polymul", "polypow", "unfold", "Unfold", "fold", "Fold",
       "im2col", "col2im", "sliding_window_view", "view_as_windows", "extract_patches_2d",
       "toeplitz", "circulant", "convolution_matrix", "matmul_toeplitz", "hankel",
       "jacobian", "jacrev", "jacfwd", "vjp", "jvp", "hessian", "linearize",
       "autograd.grad", "func.grad", "functorch.grad", "backward", "matrix_of"}
)  # fmt: skip

# Whose names mean what the rule means. Elsewhere, as in re.compile or a file of one's own, a name
# is anybody's.
_LIBRARIES = frozenset((
    "torch", "torchvision", "torchaudio", "functorch", "numpy", "scipy", "jax", "tensorflow",
    "keras", "cv2", "skimage", "sklearn", "cupy", "sympy", "mxnet", "convkit", "convgrade",
    "aten", "prims",
))  # fmt: skip
# What the modes of PyTorch do not see: what is no operation of its own.
_UNSEEN = frozenset(
    {"jacobian", "jacrev", "jacfwd", "vjp", "jvp", "hessian", "linearize", "autograd.grad",
     "func.grad", "functorch.grad"}
)  # fmt: skip


class Seen:
    """What a watch saw while an answer ran: names, and whether any call was watched at all."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.watched = False

    def add(self, names: object) -> None:
        """Take what was said of one call; anything but a list of names says nothing."""
        if isinstance(names, (list, tuple, set, frozenset)):
            self.names.update(name for name in names if type(name) is str)
            self.watched = True


@functools.lru_cache(32)  # the check of an exercise asks twice, about the same cells
def _read(cells: tuple[str, ...], name: str) -> Reading:
    return read(cells, name)


def _matching(names: Iterable[str], forbid: Iterable[str]) -> dict[str, str]:
    """Return those dotted names that have a forbidden part, each with that part."""
    whole = {f".{part}.": part for part in forbid}
    found = {}
    for name in names:
        root, dot, rest = name.partition(".")
        if root == "?" and not hasattr(torch.Tensor, rest):
            continue  # a method or a field of a class of one's own
        if root in _LIBRARIES or root in ("?", ""):
            hits = [part for text, part in whole.items() if text in f".{rest}."]
            if hits and dot:
                found[name] = min(hits)
    return found


def broken(
    cells: Sequence[str], name: str, forbid: Iterable[str], seen: Seen | None = None
) -> str | None:
    """Find what an answer uses although its exercise does not allow it.

    Parameters
    ----------
    cells : sequence of str
        Source of the cells that ran, such as IPython's ``In``.
    name : str
        The student's function.
    forbid : iterable of str
        Parts of names, such as those in `BUILDERS`. One that no library and no tool of the kit
        has is a function of the student's own, from another exercise.
    seen : Seen, optional
        What was seen while the answer ran.

    Returns
    -------
    str or None
        The part of a name, for a message.
    """
    forbid = frozenset(forbid)
    if not forbid:
        return None
    if seen is not None and (hits := _matching(seen.names, forbid)):
        return min(hits.values())
    reading = _read(tuple(cells), name)
    if hits := _matching(reading.called, forbid):
        return min(hits.values())
    mentioned = _matching(reading.mentioned, forbid)
    if seen is not None and seen.watched:
        mentioned = {
            path: part for path, part in mentioned.items()
            if part in _UNSEEN or path.split(".")[0] not in ("torch", "convkit", "?")
        }  # fmt: skip
    own = {part for part in forbid & reading.own if part != name and not _is_a_librarys(part)}
    hits_at_all = own | set(mentioned.values())
    return min(hits_at_all) if hits_at_all else None


def _is_a_librarys(name: str) -> bool:
    libraries = (tools, torch, torch.nn, torch.nn.functional, torch.Tensor, np)
    return name in BUILDERS or any(hasattr(library, name) for library in libraries)


def missed(
    cells: Sequence[str], name: str, require: Iterable[str], seen: Seen | None = None
) -> bool:
    """Tell whether an answer surely uses none of the names in ``require``.

    For an exercise about one construction. It reads names only: a name that
    is used for something else counts, so the exercise says what is read.

    Parameters
    ----------
    cells, name, seen
        As for `broken`.
    require : iterable of str
        One of them is enough; empty asks for nothing.
    """
    require = frozenset(require)
    if not require:
        return False
    if seen is not None and any(require & set(name.split(".")) for name in seen.names):
        return False
    reading = _read(tuple(cells), name)
    return reading.complete and not reading.names & require


def rule_broken(found: str) -> Difference:
    """Say that an answer uses a name that its exercise does not allow."""
    return Difference(
        "your own work: this exercise may not call a ready-made solution",
        f"your code reaches {found!r}",
        "The text of the exercise says what is allowed; loops, slices and arithmetic are.",
    )


def rule_missed(require: Iterable[str]) -> Difference:
    """Say that an answer uses none of the names that its exercise is about."""
    names = sorted(require)
    return Difference(
        f"the construction that this exercise is about, by {' or '.join(names)}",
        "your code uses none of them",
        f"A function of your own counts too: call it {names[0]}." if len(names) == 1 else
        "A function of your own counts too: give it one of these names.",
    )  # fmt: skip
