"""Tensors whose gradients PyTorch follows: these do not cross, only what was computed."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["follows", "requires"]


def requires(value: Any) -> bool:
    """Tell whether a tensor, or one in a tuple, requires gradients."""
    return any(part.requires_grad for part in _tensors(value))


def follows(value: Any) -> bool:
    """Tell whether a tensor, or one in a tuple, was computed from what requires gradients."""
    return any(part.requires_grad and not part.is_leaf for part in _tensors(value))


def _tensors(value: Any) -> list[Any]:
    torch = sys.modules.get("torch")
    parts = value if type(value) is tuple else (value,)
    return [p for p in parts if torch is not None and isinstance(p, torch.Tensor)]
