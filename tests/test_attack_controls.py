"""The controls: on stock nbgrader every attack of the corpus does what it claims."""

from __future__ import annotations

import pytest
from attacks.attack import ATTACKS, Attack
from attacks.effects import effects
from attacks.grading import Arena
from test_attacks import arena, chosen  # noqa: F401  (fixtures)

PARTS = 8  # several processes share the corpus: stock nbgrader takes seconds for each attack


def part(attack: Attack) -> int:
    """Return which part of the corpus an attack belongs to."""
    return ATTACKS.index(attack) % PARTS


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(a, id=a.name, marks=pytest.mark.xdist_group(f"controls-{part(a)}"))
        for a in sorted(ATTACKS, key=part)
    ],
)
def test_stock_falls(arena: Arena, chosen: list[Attack], attack: Attack):  # noqa: F811
    """The control: on stock nbgrader the attack does what it claims."""
    others = [other for other in chosen if part(other) == part(attack)]
    outcome = arena.outcome(attack, "stock", others)
    found = effects(attack, outcome)
    missing = set(attack.stock) - found.keys()
    assert not missing, f"{found}, {outcome.scores.get(attack.name)}\n{outcome.log[-3000:]}"
