"""Outputs are read past: what is kept is what JSON has there, in little memory, at any size."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sweeps import sweep

from convgrade import skim as skimming
from convgrade import submission
from convgrade.skim import KEPT, SkimError, skim
from convgrade.submission import UngradableError, read_bytes, read_submission

MIB = 2**20


def kept(value: Any, place: tuple[str | None, ...] = ()) -> Any:
    """Do what `skim` does to a value that is in memory."""
    if place in KEPT and isinstance(value, dict):
        return {k: kept(v, (*place, k)) for k, v in value.items() if k in KEPT[place]}
    if (*place, None) in KEPT and isinstance(value, list):
        return [kept(item, (*place, None)) for item in value]
    return value


def anything(rng: random.Random, depth: int = 4) -> Any:
    texts = ['a "quote" \\', "[{", "}]", "\u00e9\U0001f600", "\\u0022", "line\n" * 3, ""]
    leaves = [None, True, 0, -1.5e-7, rng.choice(texts)]
    if not depth or rng.random() < 0.3:
        return rng.choice(leaves)
    if rng.random() < 0.5:
        return [anything(rng, depth - 1) for _ in range(rng.randrange(5))]
    return {rng.choice(texts) + str(k): anything(rng, depth - 1) for k in range(rng.randrange(5))}


def notebook(rng: random.Random) -> dict[str, Any]:
    def maybe(names: list[str]) -> dict[str, Any]:
        rng.shuffle(names)
        return {name: anything(rng) for name in names if rng.random() < 0.8}

    names = ["cell_type", "id", "source", "outputs", "attachments", "execution_count"]
    cells = [
        {**maybe(list(names)), "metadata": maybe(["nbgrader", "tags", "collapsed"])}
        for _ in range(rng.randrange(6))
    ]
    top = {"nbformat": 4, "cells": cells, "metadata": maybe(["language_info", "widgets"])}
    items = [*top.items(), *maybe(["x", "nbformat_minor"]).items()]
    rng.shuffle(items)
    return dict(items)


@pytest.mark.parametrize("seed", sweep(range(60), 10))
def test_what_is_kept_is_what_json_has_there(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    made = notebook(rng)
    path = tmp_path / "a.ipynb"
    text = json.dumps(made, indent=rng.choice([None, 1]), ensure_ascii=rng.random() < 0.5)
    path.write_text(rng.choice(["", "\ufeff"]) + text + rng.choice(["", "\n"]), encoding="utf-8")
    assert json.loads(skim(path, MIB)) == kept(made)


@pytest.mark.parametrize("seed", sweep(range(20), 10))
def test_a_file_that_is_cut_off_is_never_taken_for_whole(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    text = json.dumps(notebook(rng)).encode()
    path = tmp_path / "a.ipynb"
    for at in rng.sample(range(1, len(text)), min(30, len(text) - 1)):
        path.write_bytes(text[:at])
        with pytest.raises(SkimError):
            skim(path, MIB)


@pytest.mark.parametrize(
    "text", ["[1, 2", "{", '{"a" 1}', '{"a": 1 "b": 2}', '{"a": 1} x', "hello there", "}", '"a']
)
def test_what_is_no_json_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(SkimError):
        skim(path, MIB)


def with_outputs(size: int, outputs: str = "") -> str:
    picture = outputs or '[{"data": {"image/png": "' + "iVBOR\\n" * (size // 7) + '"}}]'
    cell = '{"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": '
    return (
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + cell + picture + "}]}"
    )


@pytest.mark.slow
def test_a_notebook_of_sixty_megabytes_of_outputs_is_graded(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(with_outputs(60 * MIB))
    assert path.stat().st_size > 59 * MIB
    assert len(read_bytes(path)) < 1000  # and so little goes to a worker
    assert read_submission(path).cells[0].source == "x = 1"


@pytest.mark.parametrize(
    ("start", "middle", "times", "end"),
    [("", "[", 30_000_000, "]" * 30_000_000), ("[", "[1,2],", 9_000_000, "1]")],
    ids=["deep", "points"],
)
def test_outputs_of_any_depth_and_number_are_read_past(
    start: str, middle: str, times: int, end: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(with_outputs(0, start + middle * times + end))
    assert read_submission(path).cells[0].source == "x = 1"


HOSTILE = {  # a beginning, what comes again and again, an end
    "a source": ('{"nbformat": 4, "cells": [{"source": "', "x", '"}]}'),
    "empty cells": ('{"nbformat": 4, "cells": [', "{},", "{}]}"),
    "keys": ('{"nbformat": 4, ', '"a":1,', '"b": 2}'),
    "open lists": ("", "[", ""),
    "an open string": ('{"nbformat": "', "\\\\", ""),
    "strings and lists": ('{"x": [', '["",', ""),
}


def hostile(kind: str, size: int = 60 * MIB) -> str:
    start, middle, end = HOSTILE[kind]
    return start + middle * (size // len(middle)) + end


def test_what_is_larger_without_its_outputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(hostile("a source"))
    with pytest.raises(UngradableError, match="it has 60 MiB, more than 50 without its outputs"):
        read_bytes(path)


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_cannot_be_read_past_is_refused_at_a_stated_size_and_soon(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a tenth of the limits: the time goes with the size."""
    monkeypatch.setattr(submission, "MAX_BYTES", submission.MAX_BYTES // 10)
    monkeypatch.setattr(skimming, "MAX_STEPS", skimming.MAX_STEPS // 10)
    path = tmp_path / "a.ipynb"
    path.write_text(hostile(kind, 6 * MIB))
    started = time.process_time()
    with pytest.raises(UngradableError, match="it has 6 MiB, more than 5 without its outputs"):
        read_bytes(path)
    assert time.process_time() - started < 3


@pytest.mark.slow
def test_gigabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    with path.open("w") as file:
        file.write(with_outputs(0, "[]"))
        file.truncate(3 * 2**30)
    with pytest.raises(UngradableError, match="it has 3072 MiB, more than 1024"):
        read_bytes(path)


MEASURE = """
import json, resource, sys
from pathlib import Path
from convgrade.skim import SkimError, skim

resource.setrlimit(resource.RLIMIT_DATA, (100 * 2**20, 100 * 2**20))
path = Path(sys.argv[1])
if sys.argv[2] == "skim":
    try:
        print(len(skim(path, 50 * 2**20)))
    except SkimError as error:
        print(error)
else:
    print(len(json.loads(path.read_bytes())))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_DATA is Linux's")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("outputs", "118\n"),
        ("points", "118\n"),
        ("empty cells", "it has millions of lists, objects or items"),
        ("open lists", "a bracket is not closed"),
    ],
)
def test_memory_stays_small(kind: str, says: str, tmp_path: Path) -> None:
    """Under a limit of 100 MiB, in which reading the file as a whole fails."""
    path = tmp_path / "a.ipynb"
    made = {
        "outputs": with_outputs(200 * MIB),
        "points": with_outputs(0, "[" + "[1]," * (40 * MIB) + "1]"),
    }
    path.write_text(made.get(kind) or hostile(kind))
    words = [sys.executable, "-c", MEASURE, str(path)]
    run = subprocess.run([*words, "skim"], capture_output=True, text=True, timeout=300)
    assert run.stdout.startswith(says), run.stdout + run.stderr
    whole = subprocess.run([*words, "whole"], capture_output=True, text=True, timeout=300)
    assert "MemoryError" in whole.stderr
