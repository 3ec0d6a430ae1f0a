"""Notebook 2 of `layers`: the matrix of a layer."""

from __future__ import annotations

import json

import torch
import torch.nn.functional as F
from claiming import Claims, conv1d, is_toeplitz, valid
from gate import ROOT

from convkit import matrix_of

claims = Claims("layers/2_conv_layer")


@claims("3 and 4. With 8, the last window ends one place before the end: input 7 is never read.")
def _() -> bool:
    sizes = {
        n: F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, 3), stride=2).numel() for n in (8, 9)
    }
    T = valid(torch.ones(3), 8)[::2]
    return list(sizes.values()) == [3, 4] and [j for j in range(8) if not T[:, j].any()] == [7]


@claims("A matrix with a stride is *not*")
def _() -> bool:
    return not is_toeplitz(valid(torch.tensor([2.0, 3, 7]), 9)[::2])


@claims("every tile is a multiple of an identity.")
def _() -> bool:
    W = torch.tensor([[2.0, 3, 7], [5.0, 1, 4]])
    T = matrix_of(lambda x: F.conv2d(x[None], W[:, :, None, None]), (3, 2, 2))
    return torch.equal(T, torch.kron(W, torch.eye(4)))


@claims("The same 5. How far the next output lies does not matter for what this one reads.")
def _() -> bool:
    first = valid(torch.ones(3), 9)
    rows = [valid(torch.ones(3), len(first))[::s] @ first for s in (1, 2)]
    return [int(T[0].count_nonzero()) for T in rows] == [5, 5]


@claims("36, 144 and 1280 numbers fill matrices of 16384, 32768 and 1280 entries.")
def _() -> bool:
    network = json.loads((ROOT / "source" / "layers" / "digits_cnn.json").read_text())
    filled = [len(layer["weight"]) for layer in network["layers"]]
    shapes = [layer["shape"] for layer in network["layers"]]
    outputs = [64, 16, 1]  # places of an output map: 8 x 8, then 4 x 4 by stride 2, then 1
    inputs = [1 * 64, 4 * 64, 8 * 16]
    dense = [n * s[0] * o for n, s, o in zip(inputs, shapes, outputs, strict=True)]
    return filled == [36, 144, 1280] and dense == [16384, 32768, 1280]


@claims("A bias makes the layer affine")
def _() -> bool:
    f = torch.nn.Conv1d(1, 1, 2)
    return (
        bool((f(torch.zeros(1, 1, 4)) == f.bias).all())
        and conv1d(torch.zeros(4), torch.ones(2)).any().item() is False
    )
