"""The controls: on stock nbgrader every attack of the corpus does what it claims.

They are kept as data (`attacks.controls`), and a sample is held against a fresh stock run.
"""

from __future__ import annotations

import pytest
from attacks.attack import ATTACKS, Attack
from attacks.controls import digest, kept
from attacks.effects import effects
from attacks.grading import Arena
from test_attacks import arena, chosen  # noqa: F401  (fixtures)

RENEW = "run: .venv/bin/python tests/attacks/controls.py"
#: Every sixteenth, of all kinds but those that are graded alone: each of these takes as long as
#: all others of the sample together.
SAMPLE = [a for a in ATTACKS if not a.alone and "waits" not in a.stock][::16]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_stock_fell(attack: Attack) -> None:
    """Graded by stock nbgrader as it is now, the attack did what it claims."""
    row = kept().get(attack.name, {})
    assert row.get("digest") == digest(attack), RENEW
    assert set(attack.stock) <= set(row["effects"]), RENEW


def test_no_control_is_of_an_attack_that_is_gone() -> None:
    assert kept().keys() <= {attack.name for attack in ATTACKS}, RENEW


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("attack", SAMPLE, ids=lambda attack: attack.name)
def test_stock_falls_today(arena: Arena, chosen: list[Attack], attack: Attack) -> None:  # noqa: F811
    """What is kept is what a fresh run of stock nbgrader shows."""
    others = [other for other in chosen if other in SAMPLE]
    outcome = arena.outcome(attack, "stock", others)
    found = effects(attack, outcome)
    missing = set(attack.stock) - found.keys()
    assert not missing, f"{found}, {outcome.scores.get(attack.name)}\n{outcome.log[-3000:]}"
