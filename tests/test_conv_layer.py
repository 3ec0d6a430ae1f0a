"""The spy plots and the small network of layers/2_conv_layer are what the notebook says."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gate import ROOT, source_notebook

from convgrade.reference import conv_matrix
from convkit.pictures.spies import SpyPlot, spy_plots

FILE = ROOT / "source" / "layers" / "digits_cnn.json"
NETWORK = json.loads(FILE.read_text())


def support(plot: SpyPlot, k: int, options: tuple[int, int, int, int]) -> np.ndarray:
    """Return where the matrix of a layer is not zero."""
    weight = torch.ones(plot.out_channels, plot.in_channels // options[-1], k)
    return conv_matrix(weight, (plot.in_channels, plot.length), *options).numpy() != 0


def candidates(plot: SpyPlot) -> list[tuple[int, ...]]:
    """Return every layer with that spy plot, kernels up to a padded input with 12 on each side.

    A kernel of one tap has no gaps, so its dilation is 1.
    """
    found = []
    for padding, groups in itertools.product(range(13), range(1, plot.in_channels + 1)):
        if plot.in_channels % groups or plot.out_channels % groups:
            continue
        room = plot.length + 2 * padding
        for k, dilation in itertools.product(range(1, room + 1), range(1, room + 1)):
            rest = room - dilation * (k - 1) - 1
            if rest < 0 or (k == 1 and dilation > 1):
                continue
            for stride in range(1, rest + 2):
                if rest // stride + 1 == plot.outputs:
                    options = (stride, padding, dilation, groups)
                    if np.array_equal(support(plot, k, options), plot.marks):
                        found.append((k, *options))
    return found


@pytest.mark.parametrize("letter", "abcde")
def test_each_spy_plot_is_that_of_one_layer_only(letter: str) -> None:
    """Of all layers with these channels and lengths, just the model solution has it."""
    model = source_notebook("layers", "2_conv_layer").answers["read_layer"]
    names: dict[str, dict[str, dict[str, int]]] = {}
    exec(model, names)
    plot = spy_plots()[letter]
    assert candidates(plot) == [tuple(names["read_layer"][letter].values())]
    assert tuple(names["read_layer"][letter]) == plot.options


def classify(images: torch.Tensor) -> torch.Tensor:
    """Run the network as its matrices, one after the other, without a convolution."""
    y, shape = images.flatten(1), (1, 8, 8)
    for depth, layer in enumerate(NETWORK["layers"]):
        weight = torch.tensor(layer["weight"]).reshape(layer["shape"])
        options = {key: layer[key] for key in ("stride", "padding", "groups")}
        A = conv_matrix(weight, shape, **options)
        bias = torch.tensor(layer["bias"]).repeat_interleave(len(A) // len(weight))
        y = (y if depth == 0 else y.relu()) @ A.T + bias
        shape = (len(weight), *F.conv2d(torch.zeros(1, *shape), weight, **options).shape[2:])
    return y


def test_the_small_network_recognises_digits_as_a_product_of_matrices() -> None:
    images = torch.tensor(NETWORK["images"], dtype=torch.float32) / 16
    right = (classify(images).argmax(1) == torch.tensor(NETWORK["digits"])).sum()
    assert len(images) == 20
    assert right >= 18
    assert NETWORK["unseen"]["right"] / NETWORK["unseen"]["of"] > 0.9


def test_the_network_travels_light() -> None:
    assert FILE.stat().st_size < 200_000
