"""What misconceptions give in notebook 5 of `toeplitz`, 5_parameter_counts."""

from __future__ import annotations

from collections.abc import Callable

from convkit.draws import Draw
from convkit.slips import Slip, slips_on


def _sizes_2d(draw: Draw) -> tuple[int, int, int, int]:
    """Draw the sizes of an image and of a kernel, all different."""
    small, large = draw.integers(2, 5, 2), draw.integers(7, 11, 2)
    return large[0], large[1], small[0], small[1]


def _layered(draw: Draw) -> tuple[int, int, tuple[int, int], int, bool]:
    """Draw the arguments of a layer with groups."""
    groups, (a, b) = draw.integer(3, 4), draw.integers(2, 5, 2)
    pair = draw.integers(2, 5, 2)
    return 2 * groups * a, 2 * groups * b, (pair[0], pair[1]), groups, groups == 3


def _pair(kernel_size: int | tuple[int, int]) -> tuple[int, int]:
    """Return the height and the width of a kernel that is given as a layer takes it."""
    return (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size


def _layered_square(draw: Draw) -> tuple[int, int, int, int, bool]:
    """Draw the arguments of a layer with groups, a kernel size that is an int, and no bias."""
    in_channels, out_channels, pair, groups, _ = _layered(draw)
    return in_channels, out_channels, pair[0], groups, False


def _hung_over(draw: Draw) -> tuple[int, int, int]:
    """Draw a length, a kernel and a padding that is shorter than the kernel, by two or more."""
    k = draw.integer(5, 8)
    return k + draw.integer(4, 9), k, draw.integer(1, k - 2)


def _outputs(right: Callable[..., dict[str, int]], *sizes: int, of: int) -> dict[str, int]:
    """Count a matrix with the outputs of other sizes and ``of`` inputs."""
    counts = right(*sizes)
    return counts | {"dense": counts["dense"] // (sizes[0] * sizes[1]) * of}


def _fewer(counts: dict[str, int], key: str, times: int) -> dict[str, int]:
    """Return the counts with one of them too small."""
    return counts | {key: counts[key] // times}


def _instead(counts: dict[str, int], key: str, other: str) -> dict[str, int]:
    """Return the counts with one of them in the place of another."""
    return counts | {key: counts[other]}


def _tapped(counts: dict[str, int], taps: int) -> dict[str, int]:
    """Return the counts for another number of taps."""
    return counts | {
        "nonzero": counts["nonzero"] // counts["parameters"] * taps,
        "parameters": taps,
    }


def _diagonals(counts: dict[str, int], inputs: int) -> dict[str, int]:
    """Return the counts with the diagonals of the matrix for its parameters."""
    return counts | {"parameters": counts["dense"] // inputs + inputs - 1}


def _sides(right: Callable[..., int], n: int, k: int, left: int, after: int) -> int:
    """Count the non-zeros when the paddings of the two sides differ: each loses its own taps."""
    return (right(n, k, left) + right(n, k, after)) // 2


#: By exercise, as checks and hidden tests call it: what each misconception makes of the answer.
SLIPS: dict[str, tuple[Slip, ...]] = {
    "conv_counts": (
        *slips_on(
            _sizes_2d,
            ("M05", lambda right, h, n, r, s: _outputs(right, h - 1, n - 1, r, s, of=h * n)),
            ("M05", lambda right, h, n, r, s: _outputs(right, h - 1, n, r, s, of=h * n)),
            ("M05", lambda right, h, n, r, s: _outputs(right, h, n - 1, r, s, of=h * n)),
            ("M13", lambda right, h, n, r, s: right(4, 5, 3, 3)),
            ("M13", lambda right, h, n, r, s: right(4, 6, 2, 3)),
            (
                "M17",
                lambda right, h, n, r, s: _outputs(right, h + r - 1, n + s - 1, r, s, of=h * n),
            ),
            (
                "M17",
                lambda right, h, n, r, s: (
                    _outputs(right, h + 2 * r - 2, n + 2 * s - 2, r, s, of=h * n)
                    | {"nonzero": right(h + r - 1, n + s - 1, r, s)["nonzero"]}
                ),
            ),
            ("M17", lambda right, *sizes: right(*sizes) | {"dense": (sizes[0] * sizes[1]) ** 2}),
            ("M45", lambda right, h, n, r, s: right(h, n, s, r)),
            (
                "M49",
                lambda right, h, n, r, s: {
                    "dense": right(h, h, r, r)["dense"],
                    "nonzero": right(h, h, r, r)["nonzero"] // r * s,
                    "parameters": right(h, n, r, s)["parameters"],
                },
            ),
            ("M49", lambda right, h, n, r, s: _tapped(right(h, n, r, s), r * r)),
            ("M50", lambda right, h, n, r, s: _diagonals(right(h, n, r, s), h * n)),
            ("M51", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "dense", h - r + 1)),
            ("M51", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "dense", n - s + 1)),
            (
                "M51",
                lambda right, h, n, r, s: (
                    right(h, n, r, s) | {"dense": right(h, n, r, s)["dense"] // (h * n) + h * n}
                ),
            ),
            ("M53", lambda right, h, n, r, s: right(h, n, r, s) | {"parameters": h * n}),
            ("M54", lambda right, h, n, r, s: right(h, n, r, s) | {"parameters": r * s + 1}),
            ("M55", lambda right, h, n, r, s: right(h, n, r, s) | {"nonzero": h * n * r * s}),
            ("M57", lambda right, *sizes: _instead(right(*sizes), "parameters", "nonzero")),
            ("M57", lambda right, *sizes: _instead(right(*sizes), "parameters", "dense")),
            ("M58", lambda right, *sizes: _instead(right(*sizes), "nonzero", "parameters")),
            ("M58", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "nonzero", r)),
            ("M58", lambda right, h, n, r, s: _fewer(right(h, n, r, s), "nonzero", s)),
            ("M58", lambda right, h, n, r, s: _tapped(right(h, n, r, s), r + s)),
            (
                "M59",
                lambda right, *sizes: (
                    right(*sizes) | {"nonzero": right(*sizes)["dense"] - right(*sizes)["nonzero"]}
                ),
            ),
            (
                "M59",
                lambda right, *sizes: right(*sizes) | {"nonzero": 2 * right(*sizes)["nonzero"]},
            ),
            ("M59", lambda right, *sizes: {key: 4 * n for key, n in right(*sizes).items()}),
        ),
        Slip(
            "M49",
            lambda right, h, n, r, s: (
                right(h, n, r, s) | ({"dense": 0, "nonzero": 0} if h == r else {})
            ),
            lambda draw: (draw.integer(4, 5), draw.integer(6, 9), 4, draw.integer(2, 4)),
            cases=6,
        ),
    ),
    "layer_parameters": (
        *slips_on(
            _layered,
            ("M13", lambda right, i, o, k, g=1, b=True: right(i, o, 3, g, b)),
            ("M13", lambda right, i, o, k, g=1, b=True: right(3, 16, 2)),
            ("M49", lambda right, i, o, k, g=1, b=True: right(i, o, _pair(k)[0], g, b)),
            ("M49", lambda right, i, o, k, g=1, b=True: right(i, o, _pair(k)[1], g, b)),
            ("M53", lambda right, i, o, k, g=1, b=True: 224**2 * right(i, o, k, g, False) + o),
            ("M53", lambda right, i, o, k, g=1, b=True: 224**2 * right(i, o, k, g, False) + o * b),
            ("M54", lambda right, i, o, k, g=1, b=True: right(i, o, k, g, False) + i * b),
            ("M54", lambda right, i, o, k, g=1, b=True: right(i, o, k, g, False) + b),
            ("M54", lambda right, i, o, k, g=1, b=True: right(i, o, k, g, False) * (1 + b)),
            ("M54", lambda right, i, o, k, g=1, b=True: right(i, o, k, g, False) + o // g * b),
            (
                "M54",
                lambda right, i, o, k, g=1, b=True: (
                    right(i, o, k, g, False) + right(i, o, 1, g, False) * b
                ),
            ),
            ("M58", lambda right, i, o, k, g=1, b=True: right(1, o, k, 1, b)),
            ("M58", lambda right, i, o, k, g=1, b=True: right(i // g, 1, k, 1, b)),
            ("M58", lambda right, i, o, k, g=1, b=True: right(i, 1, k, 1, b)),
            ("M58", lambda right, i, o, k, g=1, b=True: right(i, o, (1, sum(_pair(k))), g, b)),
            (
                "M58",
                lambda right, i, o, k, g=1, b=True: (
                    right(1, o, k, 1, b) + right(i // g, 1, k, 1, False)
                ),
            ),
            ("M59", lambda right, *layer: 4 * right(*layer)),
            ("M60", lambda right, i, o, k, g=1, b=True: right(i, o, k, 1, b)),
            ("M60", lambda right, i, o, k, g=1, b=True: right(g * i, o, k, 1, b)),
            ("M60", lambda right, i, o, k, g=1, b=True: right(i, o, k, min(g, 2), b)),
            (
                "M60",
                lambda right, i, o, k, g=1, b=True: right(i, o, k, g, False) // g + o * b,
            ),
        ),
        *slips_on(
            _layered_square,
            (
                "M49",
                lambda right, i, o, k, g=1, b=True: right(
                    i, o, k if isinstance(k, tuple) else (1, k), g, b
                ),
            ),
            ("M54", lambda right, i, o, k, g=1, b=True: right(i, o, k, g, True)),
        ),
        Slip(
            "M54",
            lambda right, i, o, k, g=1, b=True: right(i, o, k, g, False),
            lambda draw: (*_layered(draw)[:4], True),
        ),
    ),
    "nonzero_padded": tuple(
        Slip(number, wrong, _hung_over, cases=6)
        for number, wrong in (
            ("M05", lambda right, n, k, p: right(n, k, p) - (k - p)),
            ("M05", lambda right, n, k, p: right(n, k, p) + (k - p - 1)),
            ("M06", lambda right, n, k, p: right(n, k - 1, p) - (k - 1 - p)),
            ("M06", lambda right, n, k, p: right(n, k - 1, p)),
            ("M13", lambda right, n, k, p: right(10, 3, 1)),
            ("M17.unpadded", lambda right, n, k, p: right(n, k, 0)),
            ("M17.as_many", lambda right, n, k, p: _sides(right, n, k, p, k - 1 - p)),
            ("M18", lambda right, n, k, p: _sides(right, n, k, k // 2, k - 1 - k // 2)),
            ("M18", lambda right, n, k, p: right(n, k, k // 2)),
            ("M19", lambda right, n, k, p: _sides(right, n, k, p // 2, p - p // 2)),
            ("M27.one_side", lambda right, n, k, p: _sides(right, n, k, 0, p)),
            ("M55", lambda right, n, k, p: right(n + 2 * p, k, 0)),
            ("M55", lambda right, n, k, p: right(n, 1, 0) * k),
            ("M55.one_each", lambda right, n, k, p: right(n + 2 * p, k, 0) - 2 * p),
            ("M55.one_end", lambda right, n, k, p: (right(n, k, p) + right(n + 2 * p, k, 0)) // 2),
            ("M59", lambda right, n, k, p: (n + 2 * p - k + 1) * n - right(n, k, p)),
        )
    ),
}


#: Wrong numbers and sets that are a misconception's own, by exercise and `digest`.
KNOWN: dict[str, dict[str, str]] = {
    "counts_1d": {
        "748fa66cd3c5": "M05",
        "b332f06557ca": "M11",
        "34d1a0060876": "M17",
        "7283b17ddd0e": "M17",
        "c1bbea919539": "M17",
        "469f9bd25fe1": "M51",
        "a0a0c9a40c00": "M53",
        "eead9af52d4f": "M55",
        "60ba53af976a": "M57",
        "e6736e5f145b": "M57",
        "3b9d6d538f7e": "M58",
        "cb26d44f1e0c": "M58",
        "13f8b944db4e": "M59",
        "42415694537c": "M59",
        "def971d29996": "M59",
    },
    "counts_2d": {
        "c88ae9779e0f": "M05",
        "a692d7600f50": "M13",
        "e214161e32bb": "M13",
        "62f18979733e": "M17",
        "74bb7de09b31": "M17",
        "cf22b7a8303f": "M17",
        "9afe12f59f0e": "M50",
        "530cc4d4b3f3": "M51",
        "92cb0d4aeeb9": "M51",
        "611b12974d83": "M52",
        "aa0dcd252a27": "M53",
        "cab415c1a832": "M55",
        "da05996d4196": "M56",
        "02a2e868b79b": "M57",
        "3f1c0e422dfb": "M57",
        "16e366a3e17e": "M58",
        "b3a0a244799b": "M58",
        "c632631bc3e3": "M59",
    },
}
