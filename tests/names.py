"""Which mutants of right answers are called by a name, and by which: named.toml.

.venv/bin/python tests/names.py [exercise ...]   writes these exercises anew, or all

Read what it has added before you commit it: the words must be true of that code.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

import torch
from gate import ANSWERS, assignments, exercises
from mutants import NAMED, written
from mutants import names as table

HEAD = """\
# Mutants of right answers that messages name, by exercise and name: whoever adds a line has read
# the mutant's code, and the words are true of it. `tests/names.py` writes this, and the tests
# hold it: a mutant that is named and not listed here fails, and so does one that no longer is.
"""

__all__ = ["table", "written"]


def page(found: dict[str, dict[str, list[str]]]) -> str:
    """Return named.toml."""
    lines = [HEAD]
    for exercise, by_name in found.items():
        lines.append(f"[{exercise}]")
        for name, mutants in by_name.items():
            lines.append(f"{json.dumps(name)} = [")
            lines += [f"    {json.dumps(mutant, ensure_ascii=False)}," for mutant in mutants]
            lines.append("]")
        lines.append("")
    return "\n".join(lines)


def main(wanted: list[str]) -> None:
    """Write named.toml for the exercises of these names, or for all."""
    torch.set_num_threads(1)
    with contextlib.redirect_stdout(io.StringIO()):  # what locked cells print
        known = list(exercises())
    for assignment in assignments():
        old, found = written(assignment), {}
        for place in [name for name in known if name[0] == assignment]:
            if not wanted or place[2] in wanted:
                found[place[2]] = table(*place)
            elif place[2] in old:
                found[place[2]] = old[place[2]]
        (ANSWERS / assignment / NAMED).write_text(page(found))


if __name__ == "__main__":
    main(sys.argv[1:])
