"""Inputs and changes that the slips of several notebooks share."""

from __future__ import annotations

from typing import Any

import torch

from convkit.draws import Draw


def sized(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel and a length with room for some outputs."""
    k = draw.integer(3, 5)
    return draw.weight(k), k + draw.integer(2, 6)


def sized_double(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel of float64, and a length."""
    k = draw.integer(3, 5)
    return draw.weight(k, dtype=torch.float64), k + draw.integer(2, 6)


def sized_view(draw: Draw) -> tuple[torch.Tensor, int]:
    """Draw a kernel that is a view, and a length."""
    k = draw.integer(3, 5)
    return draw.strided(k), k + draw.integer(2, 6)


def memory(weight: torch.Tensor) -> torch.Tensor:
    """Return the numbers that lie side by side in memory where a view of ``weight`` begins."""
    return weight.as_strided(weight.shape, torch.empty(weight.shape).stride())


def changed_to(T: torch.Tensor, *changes: tuple[Any, Any]) -> torch.Tensor:
    """Return a copy of ``T`` with some places changed."""
    T = T.clone()
    for place, values in changes:
        T[place] = values
    return T


def mirrored(T: torch.Tensor) -> torch.Tensor:
    """Return the symmetric matrix with the same entries on and above the diagonal."""
    upper = torch.triu(T)
    return upper + torch.triu(T, 1).T


def wrapped(T: torch.Tensor, n: int) -> torch.Tensor:
    """Return the matrix on a circle of ``n``: columns from there on are the first ones again."""
    circle = T[:, :n].clone()
    circle[:, : T.shape[1] - n] += T[:, n:]
    return circle
