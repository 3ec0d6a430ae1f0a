"""What each attack does on stock nbgrader, kept as data: grading them all takes many minutes.

``python tests/attacks/controls.py`` renews what is not of today's attack, course and versions;
words select attacks by a part of their names, ``--all`` renews everything.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from found import read, write
from stock_controls import digest_of

from attacks.attack import ATTACKS, CORPUS, Attack
from attacks.effects import effects
from attacks.grading import Arena

KEPT = Path(__file__).with_name("controls.json")
HERE = Path(__file__).parent
#: What the result of a control depends on, beside the attack itself. Not grading.py, which runs
#: both sides and mostly changes for ours: the sample that is graded afresh goes through it.
SHARED = ("attack.py", "course.py", "effects.py", "socket_writer.py")


def digest(attack: Attack) -> str:
    """Return what tells whether a control is of this attack, course and these versions."""
    parts = [(CORPUS / f"{attack.name.replace('-', '_')}.py").read_bytes()]
    parts += [(HERE / name).read_bytes() for name in SHARED]
    return digest_of(parts)


def kept() -> dict[str, dict[str, object]]:
    """Read, by attack: the digest, and the names of the effects that showed."""
    return read(KEPT)


def main(words: list[str]) -> int:
    """Grade attacks on stock nbgrader and keep what they did; 1 if one does not what it claims."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of attacks' names; all by default")
    parser.add_argument("--all", action="store_true", help="also those that are up to date")
    options = parser.parse_args(words)
    found = {name: row for name, row in kept().items() if name in {a.name for a in ATTACKS}}
    chosen = [
        attack
        for attack in ATTACKS
        if (not options.words or any(word in attack.name for word in options.words))
        and (options.all or found.get(attack.name, {}).get("digest") != digest(attack))
    ]
    wrong = 0
    arena = Arena()
    try:
        for attack in chosen:
            seen = sorted(effects(attack, arena.outcome(attack, "stock", chosen)))
            missing = set(attack.stock) - set(seen)
            wrong += bool(missing)
            print(f"{attack.name:32} {'NOT AS IT SHOULD' if missing else 'ok'} {seen}", flush=True)
            found[attack.name] = {"digest": digest(attack), "effects": seen}
            write(KEPT, found)
    finally:
        arena.close()
    print(f"{len(chosen)} controls renewed, {len(found) - len(chosen)} were up to date")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
