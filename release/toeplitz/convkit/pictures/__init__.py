"""Pictures of matrices, windows, signals and counts, one colour per tap."""

from __future__ import annotations

from convkit.pictures.costs import show_cost_map
from convkit.pictures.counts import show_counts
from convkit.pictures.diagonals import show_diagonals
from convkit.pictures.digits import show_digits
from convkit.pictures.dual import show_columns, show_dual
from convkit.pictures.matrices import show_corners, show_matrices, show_matrix, show_shades
from convkit.pictures.mistakes import show_mistake, window_on
from convkit.pictures.playing import play_matrix
from convkit.pictures.progress import show_progress
from convkit.pictures.signals import show_defects, show_impulses
from convkit.pictures.spies import show_chain, show_spies, spy_plots
from convkit.pictures.stamps import show_checkerboards, show_stamps
from convkit.pictures.waves import show_scaled, show_signals
from convkit.pictures.windows import show_block_row, show_patch, show_row

__all__ = [
    "play_matrix",
    "show_block_row",
    "show_chain",
    "show_checkerboards",
    "show_columns",
    "show_corners",
    "show_cost_map",
    "show_counts",
    "show_defects",
    "show_diagonals",
    "show_digits",
    "show_dual",
    "show_impulses",
    "show_matrices",
    "show_matrix",
    "show_mistake",
    "show_patch",
    "show_progress",
    "show_row",
    "show_scaled",
    "show_shades",
    "show_signals",
    "show_spies",
    "show_stamps",
    "spy_plots",
    "window_on",
]
