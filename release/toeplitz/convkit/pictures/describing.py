"""A matrix in words, row by row, for who does not see its picture."""

from __future__ import annotations

import itertools

import numpy as np

from convkit.values import short_number

_ZEROS_IN_WORDS = 6  # on end, in a description; of more it says how many they are


_ROWS_IN_WORDS = 24  # of a matrix, in its description; beyond, only the first ones and the last


def _row_in_words(row: np.ndarray) -> str:
    """Write a row's numbers; of many zeros on end, how many they are."""
    words = []
    for zero, run in itertools.groupby(row, key=lambda value: value == 0):
        numbers = [short_number(value) for value in run]
        many = bool(zero) and len(numbers) > _ZEROS_IN_WORDS
        words.append(f"{len(numbers)} zeros" if many else " ".join(numbers))
    told = any(word.endswith("zeros") for word in words)
    return (", " if told else " ").join(words)


def rows_in_words(array: np.ndarray, origin: int = 0) -> str:
    """Say a matrix row by row; of one with many rows the first three and the last."""
    count = len(array)
    few = count <= _ROWS_IN_WORDS and np.count_nonzero(array) <= 300
    told = list(range(count)) if few else sorted({0, 1, 2, count - 1} & set(range(count)))
    said = [
        f"row {origin + i}: {_row_in_words(array[i][:60])}"
        + (" ..." if array.shape[1] > 60 else "")
        for i in told
    ]
    if not few:
        said.insert(-1, "and so on")
    return "; ".join(said)
