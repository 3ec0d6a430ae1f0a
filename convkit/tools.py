"""Two tools of the lectures: move a signal, and find the matrix of a linear function."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from convkit.threads import one_thread
from convkit.watch import note


def shift(x: torch.Tensor, n: int) -> torch.Tensor:
    """Move ``x`` by ``n`` places along its last axis and fill with zeros.

    Parameters
    ----------
    x : tensor of shape ``(..., length)``
    n : int
        ``n > 0`` moves to the right, ``n < 0`` to the left. From
        ``|n| >= length`` on, nothing of ``x`` is left.

    Returns
    -------
    tensor of the shape of ``x``

    Examples
    --------
    >>> shift(torch.tensor([5, 6, 7]), 1)
    tensor([0, 5, 6])
    """
    note("convkit.shift")
    length = x.shape[-1]
    moved = torch.zeros_like(x)
    if abs(n) < length:
        moved[..., max(n, 0) : length + min(n, 0)] = x[..., max(-n, 0) : length - max(n, 0)]
    return moved


def matrix_of(
    f: Callable[[torch.Tensor], torch.Tensor],
    shape: int | Sequence[int],
    dtype: torch.dtype = torch.float32,
) -> torch.Tensor:
    """Find the matrix of a linear function: column ``j`` is ``f(e_j)``.

    ``e_j`` is the unit impulse, 1 at place ``j`` and 0 elsewhere. Sending all
    of them through ``f`` is how any linear function shows its matrix.

    Parameters
    ----------
    f : callable
        Linear; takes a tensor of ``shape`` and returns a tensor.
    shape : int or sequence of int
        Shape of the input. Inputs and outputs are flattened in row-major order.
    dtype : torch.dtype

    Returns
    -------
    tensor of shape ``(outputs, inputs)``

    Examples
    --------
    >>> matrix_of(lambda x: 2 * x, 2)
    tensor([[2., 0.],
            [0., 2.]])
    """
    note("convkit.matrix_of")
    size = (shape,) if isinstance(shape, int) else tuple(shape)
    impulses = torch.eye(int(np.prod(size)), dtype=dtype)
    with one_thread():
        return torch.stack([f(e.reshape(size)).reshape(-1) for e in impulses], dim=1)


def defect(f: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, n: int) -> torch.Tensor:
    """Return ``f(shifted x)`` less ``shifted f(x)``."""
    return f(shift(x, n)) - shift(f(x), n)
