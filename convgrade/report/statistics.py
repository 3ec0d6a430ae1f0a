"""The statistics of a test, as the field names and defines them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FEWEST", "Spread", "difficulty", "discrimination", "histogram", "rests", "spread"]

FEWEST = 10  # submissions below which a correlation says nothing
BINS = 10


@dataclass(frozen=True)
class Spread:
    """Mean, standard deviation (of a sample: n - 1 below) and quartiles of some numbers."""

    count: int
    mean: float
    sd: float
    least: float
    lower: float
    median: float
    upper: float
    most: float


def spread(values: ArrayLike) -> Spread:
    """Summarise numbers; NaN for all where there are none, for ``sd`` where there is one.

    Quartiles lie between neighbours in proportion, as NumPy and R have it by default.
    """
    array = np.asarray(values, dtype=float)
    if not array.size:
        return Spread(0, *[math.nan] * 7)
    least, lower, median, upper, most = np.percentile(array, [0, 25, 50, 75, 100]).tolist()
    sd = float(array.std(ddof=1)) if array.size > 1 else math.nan
    return Spread(array.size, float(array.mean()), sd, least, lower, median, upper, most)


def histogram(values: ArrayLike, most: float) -> list[tuple[float, float, int]]:
    """Count numbers in ten classes of equal width from 0 to ``most``.

    Each holds its lower end, the last one also its upper; what lies outside counts in the
    nearest.

    Returns
    -------
    list of (float, float, int)
        Ends and count of every class; empty for ``most`` = 0.
    """
    if most <= 0:
        return []
    array = np.clip(np.asarray(values, dtype=float), 0, most)
    # A score that stands on an edge must not fall below it by a rounding error.
    places = np.minimum(np.floor(array / most * BINS + 1e-9), BINS - 1).astype(int)
    counts = np.bincount(places, minlength=BINS)
    return [(most * i / BINS, most * (i + 1) / BINS, int(counts[i])) for i in range(BINS)]


def difficulty(scores: NDArray[np.float64], points: float) -> float:
    """Return p, the mean share of the points; NaN where nothing is known or there are none.

    Parameters
    ----------
    scores : array of float, (students,)
        NaN where there are no points yet.
    points : float
    """
    known = scores[~np.isnan(scores)]
    return float(known.mean() / points) if known.size and points > 0 else math.nan


def discrimination(scores: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """Return Pearson's correlation of an exercise's points with those for all others.

    The exercise itself is left out of the total ("corrected" item-total correlation): it would
    correlate with itself.

    Parameters
    ----------
    scores, others : array of float, (students,)
        NaN where there are no points yet.

    Returns
    -------
    float
        NaN for fewer than `FEWEST` students, and where all have the same.
    """
    known = ~(np.isnan(scores) | np.isnan(others))
    x, y = scores[known], others[known]
    if x.size < FEWEST or np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12:
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def rests(scores: NDArray[np.float64], settled: ArrayLike) -> NDArray[np.float64]:
    """Return for every exercise each student's points in all other exercises.

    Parameters
    ----------
    scores : array of float, (students, exercises)
    settled : array of bool, (exercises,)
        Exercises that nobody waits for; only they count.
    """
    counted = np.nan_to_num(scores) * np.asarray(settled, dtype=float)
    rest: NDArray[np.float64] = counted.sum(axis=1, keepdims=True) - counted
    return rest
