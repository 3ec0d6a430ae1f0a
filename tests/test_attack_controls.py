"""The controls: on stock nbgrader every attack of the corpus does what it claims."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from attacks.attack import ATTACKS, Attack
from attacks.effects import effects
from attacks.grading import Arena
from test_attacks import arena, chosen  # noqa: F401  (fixtures)

PARTS = 8  # several processes share the corpus: stock nbgrader takes seconds for each attack


def controls(part: Sequence[Attack]) -> type:
    """Return a class of tests, which one process runs, for a part of the corpus."""

    @pytest.mark.slow
    @pytest.mark.timeout(3000)
    class Controls:
        @pytest.mark.parametrize("attack", part, ids=lambda attack: attack.name)
        def test_stock_falls(self, arena: Arena, chosen: list[Attack], attack: Attack):  # noqa: F811
            """The control: on stock nbgrader the attack does what it claims."""
            others = [other for other in chosen if other in part]
            outcome = arena.outcome(attack, "stock", others)
            found = effects(attack, outcome)
            missing = set(attack.stock) - found.keys()
            assert not missing, (
                f"{found}, {outcome.scores.get(attack.name)}\n{outcome.log[-3000:]}"
            )

    return Controls


for number in range(PARTS):
    globals()[f"TestPart{number}"] = controls(ATTACKS[number::PARTS])
