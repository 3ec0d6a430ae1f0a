"""Random inputs from a recorded seed."""

from __future__ import annotations

import numpy as np
import torch


class Draw:
    """Random inputs from a recorded seed.

    Kernels have no zero and differ from themselves flipped or transposed, and
    sizes differ on every axis: what a symmetric kernel or a square image lets
    through is seen.

    Parameters
    ----------
    seed : int
        Written down, so that every run draws the same cases.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def weight(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Draw a kernel whose entries all differ in size; none is zero.

        Parameters
        ----------
        *shape : int
        dtype : torch.dtype
            In float64 the entries need more digits than float32 holds.

        Returns
        -------
        tensor of ``shape``
        """
        count = int(np.prod(shape))
        sizes = self._rng.permutation(np.arange(2, 2 * count + 2))[:count]
        values = sizes * self._rng.choice([-1.0, 1.0], size=count)
        if dtype == torch.float64:
            values = values + self._rng.uniform(0.1, 0.9, size=count)
        return torch.as_tensor(values, dtype=dtype).reshape(shape)

    def strided(self, *shape: int) -> torch.Tensor:
        """Draw a kernel that is a view of every second entry of its memory."""
        wide = self.weight(*shape[:-1], 2 * shape[-1])
        return wide[..., ::2]

    def signal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """Draw an input with entries between -1 and 1."""
        return torch.as_tensor(self._rng.uniform(-1, 1, size=shape), dtype=dtype)

    def integers(self, low: int, high: int, count: int) -> list[int]:
        """Draw ``count`` different whole numbers from ``low`` to ``high``, both possible."""
        return [int(i) for i in self._rng.permutation(np.arange(low, high + 1))[:count]]

    def integer(self, low: int, high: int) -> int:
        """Draw one whole number from ``low`` to ``high``, both possible."""
        return self.integers(low, high, 1)[0]
