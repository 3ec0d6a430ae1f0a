"""The student's kit of *Convolution is a matrix*: pictures and instant checks.

A package that needs only torch, NumPy and matplotlib, so that it reaches a
notebook anywhere: as a folder beside it in JupyterLab, by one download in Colab.

It knows what a convolution *does* (by asking PyTorch) and how to look at a
matrix. It does not know how to build one: that is the homework.

With ``CONVKIT_PICTURES=off`` in the environment a picture is only described,
in the words that are its alt text: where nobody looks at notebooks while they
run, drawing would take most of the time.
"""

from __future__ import annotations

import importlib
from typing import Any

from convkit.calling import call, describe
from convkit.checking import check, message
from convkit.comparing import BLANK, Difference, compare
from convkit.draws import Draw
from convkit.learning import trainable
from convkit.measuring import measure_ways
from convkit.memory import little_memory
from convkit.pictures import (
    play_matrix,
    show_block_row,
    show_chain,
    show_checkerboards,
    show_columns,
    show_corners,
    show_cost_map,
    show_counts,
    show_defects,
    show_diagonals,
    show_digits,
    show_dual,
    show_impulses,
    show_matrices,
    show_matrix,
    show_mistake,
    show_patch,
    show_progress,
    show_row,
    show_scaled,
    show_shades,
    show_signals,
    show_spies,
    show_stamps,
    spy_plots,
    window_on,
)
from convkit.pictures.drawing import notebook_display
from convkit.rule import BUILDERS, broken, missed, rule_broken, rule_missed
from convkit.tools import matrix_of, shift
from convkit.values import as_array

# For a student; the grader and authors find the rest here too.
__all__ = [
    "BUILDERS",
    "as_array",
    "check",
    "little_memory",
    "matrix_of",
    "measure_ways",
    "play_matrix",
    "shift",
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
    "show_patch",
    "show_progress",
    "show_row",
    "show_scaled",
    "show_shades",
    "show_signals",
    "show_spies",
    "show_stamps",
    "spy_plots",
    "trainable",
]

# What only a wrong answer needs, and the module that is loaded for it: most of the kit.
_LATER = {
    "MISCONCEPTIONS": "misconceptions",
    "Misconception": "misconceptions",
    "Slip": "slips",
    "diagnose": "diagnosis",
    "digest": "diagnosis",
    "known_value": "diagnosis",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
