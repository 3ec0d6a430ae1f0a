"""Train the small CNN of layers/2_conv_layer and write source/layers/digits_cnn.json.

    .venv/bin/python -m pip install scikit-learn
    .venv/bin/python tools/digits_cnn.py

The digits come with scikit-learn (8 x 8 pixels, 0 to 16; E. Alpaydin and C. Kaynak, *Optical
Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998, CC BY 4.0). The file
holds the weights, rounded to 3 decimals, and 20 digits that the network never saw: the first two
of each kind. One thread and one seed: the same versions write the same file again.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

PLACE = Path(__file__).resolve().parent.parent / "source" / "layers" / "digits_cnn.json"
TRAINED = 1300  # of the 1797 digits; the others are for measuring

#: One dict per layer: what `F.conv2d` takes besides weight and bias.
OPTIONS = [
    {"stride": 1, "padding": 1, "groups": 1},
    {"stride": 2, "padding": 1, "groups": 2},
    {"stride": 1, "padding": 0, "groups": 1},
]


def make_layers() -> list[nn.Conv2d]:
    """Return the three layers, untrained: 1 x 8 x 8 -> 4 x 8 x 8 -> 8 x 4 x 4 -> 10 x 1 x 1."""
    sizes = [(1, 4, 3), (4, 8, 3), (8, 10, 4)]
    return [
        nn.Conv2d(c_in, c_out, k, **o)  # type: ignore[arg-type]  # one dict for three arguments
        for (c_in, c_out, k), o in zip(sizes, OPTIONS, strict=True)
    ]


def classify(layers: list[nn.Conv2d], x: Tensor) -> Tensor:
    """Return ten scores for each of the images ``(N, 1, 8, 8)``."""
    *hidden, last = layers
    for layer in hidden:
        x = layer(x).relu()
    return last(x).flatten(1)


def train(layers: list[nn.Conv2d], images: Tensor, digits: Tensor) -> None:
    """Fit the layers by Adam on batches of 65."""
    order = torch.Generator().manual_seed(4)
    optimiser = torch.optim.Adam([p for layer in layers for p in layer.parameters()], lr=5e-3)
    for _ in range(40):
        for batch in torch.randperm(len(images), generator=order).split(65):
            loss = nn.functional.cross_entropy(classify(layers, images[batch]), digits[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def main() -> None:
    """Train, measure, write."""
    torch.set_num_threads(1)
    torch.manual_seed(4)
    data = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
    digits = torch.tensor(data.target)
    layers = make_layers()
    train(layers, images[:TRAINED], digits[:TRAINED])
    with torch.no_grad():
        for layer in layers:
            for p in layer.parameters():
                p.copy_((p * 1000).round() / 1000)
        found = classify(layers, images).argmax(1)
    right = int((found == digits)[TRAINED:].sum())
    unseen = range(TRAINED, len(digits))
    shown = [i for d in range(10) for i in [j for j in unseen if digits[j] == d][:2]]
    content = {
        "about": "A CNN for 8 x 8 digits, trained by tools/digits_cnn.py of the course. Digits: "
        "scikit-learn; Alpaydin and Kaynak, UCI Machine Learning Repository, 1998, CC BY 4.0.",
        "unseen": {"right": right, "of": len(unseen)},
        "layers": [
            {
                "weight": [round(v, 3) for v in layer.weight.flatten().tolist()],
                "shape": list(layer.weight.shape),
                "bias": [round(v, 3) for v in layer.bias.tolist()],  # type: ignore[union-attr]
                **options,
            }
            for layer, options in zip(layers, OPTIONS, strict=True)
        ],
        "images": data.images[shown].astype(int).tolist(),
        "digits": digits[shown].tolist(),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    PLACE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{right} of {len(unseen)} unseen digits right; {PLACE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
