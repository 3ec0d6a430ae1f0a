"""Print what every attack did on both sides, as a Markdown table.

``python tests/attacks/table.py`` prints it; ``--write docs/security.md`` puts it between the
markers of that file; words select attacks by a part of their names.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from attacks.attack import ATTACKS
from attacks.effects import effects
from attacks.grading import SIDES, Arena

BEGIN, END = "<!-- attacks -->", "<!-- /attacks -->"


def main() -> int:
    """Run the corpus; return the number of attacks that are not as they should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of attacks' names; all by default")
    parser.add_argument("--side", choices=SIDES, action="append", help="both by default")
    parser.add_argument("--write", type=Path, help="a file with the two markers")
    options = parser.parse_args()
    sides = options.side or SIDES
    chosen = [a for a in ATTACKS if not options.words or any(w in a.name for w in options.words)]
    lines = [
        "| class | attack | " + " | ".join(f"{s} nbgrader" if s == "stock" else s for s in sides)
    ]
    lines = [f"{lines[0]} |", "|---" * (2 + len(sides)) + "|"]
    wrong = 0
    arena = Arena()
    start = time.monotonic()
    try:
        for attack in chosen:
            row = [", ".join(attack.classes), f"{attack.name}: {attack.title}"]
            for side in sides:
                found = effects(attack, arena.outcome(attack, side, chosen))
                known = side == "ours" and attack.not_promised
                fails = (
                    set(attack.stock) - found.keys() if side == "stock" else found and not known
                )
                wrong += bool(fails)
                effect = "; ".join(f"**{k}**: {v}" for k, v in found.items()) or "stands"
                row.append(f"{effect} (not promised: {known})" if known else effect)
                print(
                    f"{time.monotonic() - start:5.0f} s  {side:5}  {attack.name:28}"
                    f"  {'NOT AS IT SHOULD' if fails else 'ok'}  {row[-1]}",
                    file=sys.stderr,
                    flush=True,
                )
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    finally:
        arena.close()
    table = "\n".join(lines)
    print(table)
    if options.write:
        text = options.write.read_text()
        head, _, rest = text.partition(BEGIN)
        _, found_end, tail = rest.partition(END)
        if not found_end:
            raise SystemExit(f"{options.write} has no {BEGIN} ... {END}.")
        options.write.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")
    return wrong


if __name__ == "__main__":
    raise SystemExit(bool(main()))
