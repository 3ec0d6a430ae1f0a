"""Say what this machine offers to the box around student code, by trying each layer.

Each promise of the box is put to the test: a small program, confined as a student's kernel is,
attempts what the box forbids, and the doctor looks at what came of it::

    python -m convgrade.doctor

Nothing of yours is touched: the files, the process and the listeners that are attacked are the
doctor's own, made for this and removed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from convgrade import confine
from convgrade.machine import advice, versions
from convgrade.probes import ALWAYS, LEFT, PROBES
from convgrade.probing import (
    Finding,
    World,
    attempt,
    code_of,
    leave_process,
    not_stopped,
    use_folder,
)

__all__ = ["Finding", "examine", "main", "report"]


def examine() -> list[Finding]:
    """Try every promise of the box on this machine.

    Returns
    -------
    list of Finding
        In the order of the layers. It takes some seconds.
    """
    missing = confine.missing_layers()
    findings = [
        Finding(layer, "the layer as a whole", False, f"MISSING: {missing[layer]}")
        if layer in missing
        else Finding(layer, "the layer as a whole", True, "here")
        for layer in confine.LAYERS
    ]
    if sys.platform != "linux":  # nothing would be confined
        missing[ALWAYS] = missing["files"]
        return findings + [not_stopped(probe, missing) for probe in (*PROBES, LEFT)]
    with World() as world:
        findings.append(use_folder(world))
        for probe in PROBES:
            answer, problem = attempt(code_of(probe, world), world, **probe.options)
            if answer == "stopped":
                findings.append(Finding(probe.layer, probe.attempt, True, "stopped"))
            elif answer == "done":
                findings.append(not_stopped(probe, missing))
            else:
                findings.append(
                    Finding(probe.layer, probe.attempt, False, f"NOT TRIED: {problem}")
                )
        findings.append(leave_process(world, missing))
    order = [*confine.LAYERS, ALWAYS]
    return sorted(findings, key=lambda finding: order.index(finding.layer))


def report(findings: Sequence[Finding]) -> str:
    """Write findings down, one a line, and below them what this machine runs.

    Parameters
    ----------
    findings : sequence of Finding

    Returns
    -------
    str
    """
    layers = max(len(f.layer) for f in findings)
    attempts = max(len(f.attempt) for f in findings)
    lines = ["What a program in the box around student code tried here:", ""]
    lines += [f"{f.layer:<{layers}}  {f.attempt:<{attempts}}  {f.outcome}" for f in findings]
    broken = [f for f in findings if not f.kept]
    if broken:
        names = ", ".join(dict.fromkeys(f.layer for f in broken))
        verdict = (
            f"The box is NOT WHOLE on this machine: {len(broken)} of {len(findings)} lines above "
            f"say why ({names}).\n"
            "Grading works all the same. Grade people whom you do not know in a virtual machine\n"
            "that holds nothing else, or on a machine that offers all layers."
        )
        verdict += "".join(f"\n{line}" for line in advice())
    else:
        verdict = (
            f"The box is whole on this machine: all {len(findings)} lines are as they should be."
        )
    facts = versions()
    width = max(map(len, facts))
    running = [f"{name:<{width}}  {text}" for name, text in facts.items()]
    return "\n".join([*lines, "", verdict, "", *running])


def main() -> int:
    """Examine this machine and print the report.

    Returns
    -------
    int
        0 when the box is whole here, 1 otherwise.
    """
    findings = examine()
    print(report(findings))
    return 0 if all(finding.kept for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
