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
            ("M13", lambda right, i, o, k, g, b: right(i, o, 3, g, b)),
            ("M13", lambda right, i, o, k, g, b: right(3, 16, 2)),
            ("M49", lambda right, i, o, k, g, b: right(i, o, k[0], g, b)),
            ("M49", lambda right, i, o, k, g, b: right(i, o, k[1], g, b)),
            ("M53", lambda right, i, o, k, g, b: 224**2 * right(i, o, k, g, False) + o),
            ("M53", lambda right, i, o, k, g, b: 224**2 * right(i, o, k, g, False) + o * b),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) + i * b),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) + b),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) * (1 + b)),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, False) + o // g * b),
            (
                "M54",
                lambda right, i, o, k, g, b: (
                    right(i, o, k, g, False) + right(i, o, 1, g, False) * b
                ),
            ),
            ("M58", lambda right, i, o, k, g, b: right(1, o, k, 1, b)),
            ("M58", lambda right, i, o, k, g, b: right(i // g, 1, k, 1, b)),
            ("M58", lambda right, i, o, k, g, b: right(i, 1, k, 1, b)),
            ("M58", lambda right, i, o, k, g, b: right(i, o, (1, k[0] + k[1]), g, b)),
            (
                "M58",
                lambda right, i, o, k, g, b: right(1, o, k, 1, b) + right(i // g, 1, k, 1, False),
            ),
            ("M59", lambda right, *layer: 4 * right(*layer)),
            ("M60", lambda right, i, o, k, g, b: right(i, o, k, 1, b)),
            ("M60", lambda right, i, o, k, g, b: right(g * i, o, k, 1, b)),
            ("M60", lambda right, i, o, k, g, b: right(i, o, k, 2, b)),
            (
                "M60",
                lambda right, i, o, k, g, b: right(i, o, k, g, False) // g + o * b,
            ),
        ),
        *slips_on(
            _layered_square,
            ("M49", lambda right, i, o, k, g, b: right(i, o, (1, k), g, b)),
            ("M54", lambda right, i, o, k, g, b: right(i, o, k, g, True)),
        ),
        Slip(
            "M54",
            lambda right, i, o, k, g, b: right(i, o, k, g, False),
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
            ("M17", lambda right, n, k, p: right(n, k, 0)),
            ("M17", lambda right, n, k, p: _sides(right, n, k, p, k - 1 - p)),
            ("M18", lambda right, n, k, p: _sides(right, n, k, k // 2, k - 1 - k // 2)),
            ("M18", lambda right, n, k, p: right(n, k, k // 2)),
            ("M19", lambda right, n, k, p: _sides(right, n, k, p // 2, p - p // 2)),
            ("M27", lambda right, n, k, p: _sides(right, n, k, 0, p)),
            ("M55", lambda right, n, k, p: right(n + 2 * p, k, 0)),
            ("M55", lambda right, n, k, p: right(n, 1, 0) * k),
            ("M55", lambda right, n, k, p: right(n + 2 * p, k, 0) - 2 * p),
            ("M55", lambda right, n, k, p: (right(n, k, p) + right(n + 2 * p, k, 0)) // 2),
            ("M59", lambda right, n, k, p: (n + 2 * p - k + 1) * n - right(n, k, p)),
        )
    ),
}


#: Wrong numbers and sets that are a misconception's own, by `digest`.
KNOWN: dict[str, str] = {
    # counts_1d
    "27af27a77000": "M05",
    "b47ac896017a": "M05",
    "e446a8d378f2": "M05",
    "f63e1c20b9ef": "M05",
    "7794209d7ff4": "M11",
    "11f7985a7381": "M17",
    "16388ec49dc1": "M17",
    "4526895b5f13": "M17",
    "f7610b67a373": "M17",
    "1e13e4d15277": "M51",
    "a8907b700e2f": "M53",
    "52fd610343a3": "M54",
    "99f33bdb2b0a": "M54",
    "50ad46199f52": "M55",
    "2be7e3581406": "M56",
    "18624ee5abc3": "M57",
    "76156738179c": "M57",
    "0314f64a0fe8": "M58",
    "6fd27761d721": "M58",
    "87e311d0825c": "M58",
    "77eaa50e1081": "M59",
    "a7f2c500d11f": "M59",
    "d29e21aeed42": "M59",
    "d576815a155b": "M59",
    "e414e0530abe": "M59",
    # counts_2d
    "0b13631ce5cb": "M05",
    "929cbacae5bc": "M05",
    "a475c783732d": "M05",
    "c48bd32a3851": "M05",
    "2355f2fd3b63": "M13",
    "60657ae08a26": "M13",
    "0734dbcc3c5d": "M17",
    "63c043274d4c": "M17",
    "7d79c414d3f6": "M17",
    "fc3c59d533d9": "M17",
    "14bcce8d10b0": "M50",
    "870d56bdeaa0": "M51",
    "93623c26d920": "M51",
    "ba3c8c5d9c14": "M51",
    "e8a1b428b8fb": "M51",
    "ff4a5a15a892": "M52",
    "dcd641e519b2": "M53",
    "2219d3d8d6d1": "M54",
    "6be97bfd70c1": "M54",
    "eceaa87d41a0": "M55",
    "25562430059b": "M56",
    "68648bf896b2": "M57",
    "6e1904adbae9": "M57",
    "44145fffc490": "M58",
    "94ec14212f3e": "M58",
    "95dfb165c408": "M58",
    "aa8f871d0a1d": "M58",
    "b820e102e174": "M58",
    "e62d0857179d": "M58",
    "fa24dad97ea2": "M58",
    "a6c6875114b7": "M59",
    "ba2eedcaa101": "M59",
    "d3d7856a84d8": "M59",
    "f161665d2305": "M59",
    "f91e60e0dac7": "M59",
}
