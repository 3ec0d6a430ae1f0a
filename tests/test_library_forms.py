"""Intervals, periods, records, results and graphs cross as what they are; hostile ones do not."""

from __future__ import annotations

import io
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import torch
from scipy import integrate, optimize, stats
from test_wire import frame

from convgrade.copies import copy_back
from convgrade.plain import UnbuiltError
from convgrade.wire import WireError, dumps, loads

A, B = [1, 2, 3, 4.5], [2, 3, 1, 7]
CUT = pd.cut(pd.Series([1, 2, 9]), 2)
PEOPLE = np.array([("Ann", 30, 1.7)], dtype=[("name", "U10"), ("age", "i4"), ("h", "f8")])


def back(value: Any) -> Any:
    """Return a value after it has crossed."""
    return loads(dumps(value, strict=True, exact=True))


@pytest.mark.parametrize(
    "value",
    [
        CUT,
        CUT.cat.categories,
        CUT.value_counts(),
        pd.cut(pd.Series([1, np.nan, 9]), [0, 3, 10]),
        pd.interval_range(pd.Timestamp("2020"), periods=3, closed="left"),
        pd.period_range("2020", periods=3, freq="Q"),
        pd.PeriodIndex(["2020-01", pd.NaT], freq="M"),
        pd.DataFrame({"p": pd.period_range("2020", periods=3), "i": pd.interval_range(0, 3)}),
    ],
    ids=range(8),
)
def test_intervals_and_periods_in_tables(value: Any) -> None:
    assert type(back(value)) is type(value)
    assert back(value).equals(value)


@pytest.mark.parametrize(
    "value",
    [
        pd.Period("2020-03", "M"),
        pd.Interval(1, 2.5),
        pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), closed="both"),
        pd.PeriodDtype("M"),
        CUT.cat.categories.dtype,
        PEOPLE[0],
        PEOPLE.dtype,
        torch.device("cpu"),
    ],
    ids=repr,
)
def test_single_ones(value: Any) -> None:
    assert type(back(value)) is type(value)
    assert back(value) == value
    assert repr(back(value)) == repr(value)


def test_records() -> None:
    assert (back(PEOPLE) == PEOPLE).all()
    assert back(PEOPLE).dtype == PEOPLE.dtype
    grid = np.zeros((2, 3), [("x", "f8"), ("when", "M8[D]")])
    assert back(grid).shape == (2, 3)
    assert back(grid).dtype == grid.dtype


@pytest.mark.parametrize(
    "value",
    [
        stats.ttest_ind(A, B),
        stats.pearsonr(A, B),
        stats.spearmanr(A, B),
        stats.linregress(A, B),
        stats.ks_2samp(A, B),
        stats.chi2_contingency([[1, 2], [3, 4]]),
        stats.wilcoxon(A, B),
        optimize.minimize(lambda v: v[0] ** 2, [1]),
        optimize.root_scalar(lambda v: v - 1, bracket=[0, 3]),
        integrate.solve_ivp(lambda t, y: -y, (0, 1), [1]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_results_of_scipy(value: Any) -> None:
    assert type(back(value)) is type(value)
    assert repr(back(value)) == repr(value)
    if hasattr(value, "confidence_interval"):
        assert back(value).confidence_interval() == value.confidence_interval()


def _graph() -> nx.Graph:
    graph = nx.Graph([(1, 2), (2, 3), (3, 4), (1, 4)], name="ring")
    graph.nodes[1]["colour"], graph[1][2]["weight"] = "red", 3
    return graph


@pytest.mark.parametrize(
    "graph",
    [
        _graph(),
        nx.DiGraph([(1, 2), (3, 2), (2, 3), (2, 2)]),
        nx.MultiGraph([(1, 2), (1, 2), (2, 2)]),
        nx.MultiDiGraph([(1, 2), (1, 2), (2, 1)]),
        nx.grid_2d_graph(3, 3),
        nx.Graph(),
    ],
    ids=lambda graph: f"{type(graph).__name__}-{len(graph)}",
)
def test_graphs_have_their_neighbours_in_order(graph: Any) -> None:
    found = back(graph)
    assert type(found) is type(graph)
    assert nx.utils.graphs_equal(found, graph)
    assert list(found) == list(graph)
    assert [list(found._adj[n]) for n in graph] == [list(graph._adj[n]) for n in graph]
    if graph.is_directed():
        assert [list(found._pred[n]) for n in graph] == [list(graph._pred[n]) for n in graph]


def test_an_edge_has_one_set_of_attributes() -> None:
    found = back(_graph())
    found[2][1]["weight"] = 9
    assert found[1][2]["weight"] == 9


def test_a_graph_changes_for_who_holds_it() -> None:
    ours, theirs = _graph(), _graph()
    edges = ours.edges
    theirs.add_edge(2, 4)
    assert copy_back(ours, theirs)
    assert (2, 4) in edges
    assert nx.utils.graphs_equal(ours, theirs)


class Own(nx.Graph):
    """A class of somebody's own."""


@pytest.mark.parametrize(
    "graph", [nx.freeze(nx.path_graph(3)), nx.path_graph(3000), Own()], ids=len
)
def test_a_large_or_frozen_graph_is_used_from_afar(graph: Any) -> None:
    with pytest.raises(WireError, match="cannot be passed on"):
        dumps(graph, strict=True, exact=True)


def test_a_stream_of_text_goes_on_where_it_stood() -> None:
    stream = io.StringIO("one\ntwo\n")
    stream.readline()
    assert back(stream).read() == "two\n"
    other = back(stream)
    other.read()
    other.write("three")
    assert copy_back(stream, other)
    assert stream.getvalue() == "one\ntwo\nthree"
    stream.close()
    with pytest.raises(WireError):
        back(stream)


ONE = {"list": [0, {"dict": []}]}
HOSTILE = [
    ["array.fields", {"list": [{"list": [1]}, {"dict": [["a", {"list": [1]}]]}]}],
    ["array.fields", {"list": [{"list": [2**40]}, {"dict": []}]}],
    ["array.torch.device", "../etc"],
    ["array.record", {"list": [{"list": [3]}, {"list": [1]}]}],
    ["array.dtype.fields", {"list": [{"list": ["a", "O"]}]}],
    ["array.result", {"list": ["os", {"dict": []}, {"list": []}]}],
    ["array.result", {"list": ["TtestResult", {"dict": []}, {"list": [1]}]}],
    ["array.result", {"list": ["TtestResult", {"list": []}, {"list": [1, 2]}]}],
    ["array.result", {"list": ["TtestResult", {"dict": [["a b", 1]]}, {"list": [1, 2]}]}],
    ["pandas.Period", {"list": [1, "no such"]}],
    ["pandas.Interval", {"list": [2, 1, "right"]}],
    ["pandas.Interval", {"list": ["a", "b", "right"]}],
    ["pandas.dtype", "interval[object, right]; import os"],
    ["graph.read_gpickle", "x"],
    ["graph.Graph", {"list": [{"dict": []}, {"list": [ONE]}, {"list": []}, {"list": []}]}],
    ["graph.Graph", {"list": [{"dict": []}, {"list": [ONE, ONE]}, {"list": []}, {"list": []}]}],
    [
        "graph.Graph",
        {"list": [{"dict": []}, {"list": [ONE]}, {"list": [{"list": [{"list": [7, 1]}]}]}, 0]},
    ],
    ["StringIO", {"list": ["a", -1]}],
    ["StringIO", {"list": [{"bytes": 1}, 0]}],
]


@pytest.mark.parametrize("body", HOSTILE, ids=str)
def test_hostile_content_is_refused(body: Any) -> None:
    with pytest.raises(UnbuiltError):
        loads(frame({"form": body}, b"\xff" if "bytes" in str(body) else b""))
