"""Expressions of sympy: taken apart into the names of their classes and parts, and built anew.

Like `convgrade.forms`, of which this is a part, sent to the student's kernel as text.
"""

from __future__ import annotations

import sys
from typing import Any

from convgrade.plain import text, whole

__all__ = ["build", "take_apart"]

MAX_NODES = 20_000
MAX_DEPTH = 80
MAX_DIGITS = 3000  # of a number
# Classes whose objects are their arguments and nothing else. They are built without being
# evaluated, as a hostile power could take for ever.
_BUILT_WORDS = (
    "Add Mul Pow Equality Unequality StrictLessThan LessThan StrictGreaterThan GreaterThan And "
    "Or Not Tuple Abs sign floor ceiling factorial binomial exp log sin cos tan cot sec csc "
    "asin acos atan acot atan2 sinh cosh tanh coth asinh acosh atanh re im conjugate arg Max "
    "Min gamma erf Heaviside DiracDelta Interval FiniteSet Union Intersection Derivative "
    "Integral Sum Product Limit Piecewise ExprCondPair"
)
BUILT = frozenset(_BUILT_WORDS.split())
_CONSTANTS_WORDS = (
    "Pi Exp1 ImaginaryUnit Infinity NegativeInfinity ComplexInfinity NaN Half One Zero "
    "NegativeOne BooleanTrue BooleanFalse EmptySet Reals Integers Naturals Naturals0 Complexes "
    "GoldenRatio EulerGamma"
)
CONSTANTS = frozenset(_CONSTANTS_WORDS.split())
MATRICES = {"MutableDenseMatrix", "ImmutableDenseMatrix"}


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return a form and its content; None for what is no expression of known parts only."""
    left = [MAX_NODES]
    try:
        tree = _write(value, left, 0)
    except ValueError:
        return None
    return "sympy", tree


def _write(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    type_ = type(value)
    name = type_.__name__
    if left[0] < 0 or depth > MAX_DEPTH:
        raise ValueError("no expression of known parts")
    if _undefined(value):
        return ["AppliedUndef", name, *(_write(part, left, depth + 1) for part in value.args)]
    if not str(type_.__module__).startswith("sympy."):
        raise ValueError("no expression of known parts")
    if name in CONSTANTS:
        return [name]
    if name == "Integer":
        return [name, str(int(value))]
    if name == "Rational":
        return [name, str(int(value.p)), str(int(value.q))]
    if name == "Float":
        return [name, *map(int, value._mpf_), value._prec]
    if name == "Symbol":
        return [name, value.name, sorted(value._assumptions_orig.items())]
    if name in MATRICES:
        return [name, *value.shape, *(_write(entry, left, depth + 1) for entry in value.flat())]
    if name in BUILT:
        return [name, *(_write(part, left, depth + 1) for part in value.args)]
    raise ValueError("no expression of known parts")


def _undefined(value: Any) -> bool:
    function = sys.modules["sympy.core.function"]
    return isinstance(value, function.AppliedUndef)


def build(content: Any) -> Any:
    """Build an expression of content that somebody untrusted wrote.

    Raises
    ------
    ValueError, TypeError, and others
        When the content is none.
    """
    import sympy

    return _read(content, sympy, [MAX_NODES], 0)


def _read(content: Any, sympy: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if type(content) is not list or not content or left[0] < 0 or depth > MAX_DEPTH:
        raise ValueError("no expression")
    name, *rest = content
    name = text(name, 40)
    if name in CONSTANTS:
        return getattr(sympy.S, {"BooleanTrue": "true", "BooleanFalse": "false"}.get(name, name))
    if name in ("Integer", "Rational"):
        return getattr(sympy, name)(*(int(text(part, MAX_DIGITS)) for part in rest[:2]))
    if name == "Float":
        sign, digits, exponent, bits, precision = map(whole, rest)
        sound = sign in (0, 1) and digits >= 0 and bits == digits.bit_length()
        if not sound or abs(exponent) > 10**6 or not 1 <= precision <= 10**5:
            raise ValueError("no such number")
        return sympy.Float._new((sign, digits, exponent, bits), precision)
    if name == "Symbol":
        assumptions = {text(key, 40): value for key, value in rest[1]}
        if set(map(type, assumptions.values())) - {bool}:
            raise ValueError("no such symbol")
        return sympy.Symbol(text(rest[0], 1000), **assumptions)
    if name in MATRICES:
        parts = [_read(part, sympy, left, depth + 1) for part in rest[2:]]
        return getattr(sympy, name)(whole(rest[0]), whole(rest[1]), parts)
    if name == "AppliedUndef":
        parts = [_read(part, sympy, left, depth + 1) for part in rest[1:]]
        return sympy.Function(text(rest[0], 100))(*parts)
    if name not in BUILT:
        raise ValueError("no expression of known parts")
    parts = [_read(part, sympy, left, depth + 1) for part in rest]
    kind = sympy.functions.elementary.piecewise.ExprCondPair if name == "ExprCondPair" else None
    kind = kind or getattr(sympy, name)
    if name in ("Add", "Mul"):
        return kind._from_args(parts)
    if name in ("Derivative", "Integral", "Sum", "Product", "Limit", "Tuple", "ExprCondPair"):
        return kind(*parts)
    if name in ("Piecewise", "Interval"):
        return kind(*parts) if name == "Interval" else kind(*parts, evaluate=False)
    return kind(*parts, evaluate=False)
