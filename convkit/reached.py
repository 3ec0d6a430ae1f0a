"""What reading a notebook comes to: what a name reaches, and what can be met on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from convkit.bindings import Scope

__all__ = ["Box", "Code", "Reading", "Ref"]


@dataclass
class Reading:
    """What the definition of a name reaches.

    Attributes
    ----------
    called, mentioned : set of str
        Dotted names of what lies outside the notebook, such as "torch.nn.functional.conv1d".
        "?" is the root of what is asked of an unknown object.
    names, own : set of str
        Every name in the code that is reached; and those that the notebook itself binds.
    complete : bool
        The definition was found, and what its names are bound to.
    """

    called: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    complete: bool = True


@dataclass(frozen=True)
class Ref:
    """What lies outside the notebook, by its dotted name."""

    path: str


@dataclass(frozen=True, eq=False)
class Code:
    """A function or class of the notebook, and the names around it."""

    node: Any
    scope: Scope | None


@dataclass(frozen=True, eq=False)
class Box:
    """A list, dict or the like: what its keys, as far as known, give."""

    items: tuple[tuple[Any, tuple[Any, ...]], ...]
