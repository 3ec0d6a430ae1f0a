"""Where the grader itself fails, a test waits for a person: nobody loses points for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from test_trusted import answer, check, grade, shown

from convgrade import plain, verdict

FUNCTION = "def f(x):\n    return x\nclass Box:\n    size = 3"


def error_of(function: Callable[..., Any], *args: Any) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 (which one is not the point)
        function(*args)
    return caught.value


def refuse() -> None:
    raise ValueError("of a test's own")


def test_ours_is_what_a_line_of_the_grader_did_not_mean_to_raise() -> None:
    assert verdict._is_ours(error_of(plain.span, None, None))
    assert verdict._is_ours(error_of(sorted, [[1]], plain.whole)) is False  # it refuses a list
    assert not verdict._is_ours(error_of(plain.ints, None))
    assert not verdict._is_ours(error_of(refuse))
    assert not verdict._is_ours(error_of(int, "x"))
    assert not verdict._is_ours(ValueError("raised nowhere"))


@pytest.mark.parametrize("end", ["f", "Box"])
def test_a_failure_of_the_grader_gives_no_verdict(
    end: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A test breaks what carries its calls, as a mistake of ours would."""
    caplog.set_level("INFO", "traitlets")
    breaks = "f(1)\nf._link.held = None\n"
    use = {"f": "assert f(3) == 3", "Box": "assert Box().size == 3"}[end]
    client = grade(
        answer("a", FUNCTION), check("fails", "assert f(1) == 2"), check("broken", breaks + use)
    )
    assert client.points == {"fails": 0.0, "broken": 0.0}
    assert list(client.waiting) == ["broken"]
    assert "the grader itself failed, with AttributeError" in shown(client, "broken")
    assert client.notes["broken"] == ["A mistake in convgrade, please report it."]
    assert "held" in caplog.text
