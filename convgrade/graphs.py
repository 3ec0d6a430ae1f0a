"""Graphs of networkx, taken apart into nodes and neighbours in their order, and built anew.

Sent, as text, to the student's kernel as well.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from convgrade.plain import ints

__all__ = ["build", "copy_into", "take_apart"]

KINDS = ("Graph", "DiGraph", "MultiGraph", "MultiDiGraph")
MAX_EDGES = 2_000  # of one that is copied: a larger one is used from afar


def take_apart(value: Any) -> tuple[str, Any] | None:
    """Return the name of a graph's form and its content; None for what has no form."""
    name = type(value).__name__
    known = name in KINDS and getattr(sys.modules["networkx"], name) is type(value)
    if not known or "frozen" in vars(value) or value.number_of_edges() > MAX_EDGES:
        return None
    place = {node: number for number, node in enumerate(value)}
    nodes = [[node, dict(attributes)] for node, attributes in value.nodes.items()]
    after = [
        [[place[to], _edges(value, held)] for to, held in value._adj[node].items()]
        for node in value
    ]
    before = (
        [[place[to] for to in value._pred[node]] for node in value] if value.is_directed() else []
    )
    return f"graph.{name}", [dict(value.graph), nodes, after, before]


def _edges(graph: Any, held: Any) -> Any:
    if graph.is_multigraph():
        return [[key, dict(attributes)] for key, attributes in held.items()]
    return dict(held)


def build(name: str, content: Any) -> Any:
    """Build a graph from content that somebody untrusted wrote.

    Raises
    ------
    ValueError, TypeError, and others
        When the content is none of a graph.
    """
    kind = name.removeprefix("graph.")
    if kind not in KINDS:
        raise ValueError("no graph")
    graph = getattr(importlib.import_module("networkx"), kind)()
    _fill(graph, content)
    return graph


def copy_into(ours: Any, theirs: Any) -> bool:
    """Change a graph, in place, into what another one is."""
    apart = take_apart(theirs)
    if apart is None or "frozen" in vars(ours):
        return False
    ours.clear()
    _fill(ours, apart[1])
    return True


def _fill(graph: Any, content: Any) -> None:
    attributes, nodes, after, before = content
    graph.graph.update(attributes)
    graph.add_nodes_from([(node, _named(held)) for node, held in nodes])
    names = [node for node, _ in nodes]
    multi, directed = graph.is_multigraph(), graph.is_directed()
    if len(graph) != len(names) or len(after) != len(names):
        raise ValueError("no graph")
    for node, neighbours in zip(names, after, strict=True):
        for place, held in neighbours:
            to = names[ints([place])[0]]
            made = {key: _named(one) for key, one in held} if multi else _named(held)
            if not directed and node in graph._adj[to]:
                made = graph._adj[to][node]  # the same edge, from its other end
            graph._adj[node][to] = made
    if not directed:
        if any(node not in graph._adj[to] for node in names for to in graph._adj[node]):
            raise ValueError("an edge with one end")
        return
    for node, places in zip(names, before, strict=True):
        for source in (names[place] for place in ints(places)):
            graph._pred[node][source] = graph._adj[source][node]
    if sum(map(len, graph._pred.values())) != sum(map(len, graph._adj.values())):
        raise ValueError("edges without an end")


def _named(attributes: Any) -> dict[Any, Any]:
    if type(attributes) is not dict:
        raise ValueError("no attributes")
    return attributes
