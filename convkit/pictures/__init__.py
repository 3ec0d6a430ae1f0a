"""Pictures of matrices, windows, signals and counts, one colour per tap."""

from __future__ import annotations

from convkit.pictures.counts import show_counts
from convkit.pictures.dual import show_columns, show_dual
from convkit.pictures.matrices import show_corners, show_matrices, show_matrix, show_shades
from convkit.pictures.mistakes import show_mistake, window_on
from convkit.pictures.signals import show_defects, show_impulses
from convkit.pictures.windows import show_block_row, show_patch, show_row

__all__ = [
    "show_block_row",
    "show_columns",
    "show_corners",
    "show_counts",
    "show_defects",
    "show_dual",
    "show_impulses",
    "show_matrices",
    "show_matrix",
    "show_mistake",
    "show_patch",
    "show_row",
    "show_shades",
    "window_on",
]
