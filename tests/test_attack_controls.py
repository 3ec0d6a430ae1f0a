"""The controls: on stock nbgrader every attack of the corpus does what it claims."""

from __future__ import annotations

import pytest
from attacks.attack import ATTACKS, Attack
from attacks.effects import effects
from attacks.grading import Arena
from test_attacks import arena, chosen  # noqa: F401  (fixtures)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_stock_falls(arena: Arena, chosen: list[Attack], attack: Attack):  # noqa: F811
    """The control: on stock nbgrader the attack does what it claims."""
    outcome = arena.outcome(attack, "stock", chosen)
    found = effects(attack, outcome)
    missing = set(attack.stock) - found.keys()
    assert not missing, f"{found}, {outcome.scores.get(attack.name)}\n{outcome.log[-3000:]}"
