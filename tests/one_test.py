"""One test of an answer: graded with a real kernel, and run with all of it in one process."""

from __future__ import annotations

from collections.abc import Sequence

from test_trusted import answer, check, grade, locked


def graded(
    given: str, source: str, test: str, binds: str = "f", reads: Sequence[str] = ()
) -> tuple[float, str]:
    """Grade an answer with one test cell.

    Parameters
    ----------
    given : str
        A locked cell.
    source, test : str
    binds, reads : str, sequence of str
        Names that the answer may bind, and that the model solution reads.

    Returns
    -------
    points : float
        2 are all.
    waits : str
        Why it waits for a person; "" where it does not.
    """
    client = grade(locked(given), answer("a", source, binds, reads), check("t", test))
    return client.points["t"], "; ".join(client.waiting.values())


def passes_in_one_process(cells: Sequence[str], refusal: type[Exception] = Exception) -> bool:
    """Tell whether cells run to their end, one after the other, as stock nbgrader runs them.

    Any error but ``refusal`` is raised.
    """
    code = compile("\n".join(cells), "cells", "exec", dont_inherit=True)
    try:
        exec(code, {"__name__": "__main__"})
    except refusal:
        return False
    return True
