"""What one more notebook costs a worker: memory, and where its processor time goes.

Our five notebooks, with their solutions, are graded in the box. For memory they are graded until
their last cell, and then held. Whatever the processes of one kind have of the machine's memory is
the sum of their proportional shares (PSS), so what one more takes is the difference: also what
only supervisor and kernel share. For the processor they are graded one after the other, and each
process is asked just before it is ended; "making and ending" is what the machine's processors did
besides, so let it do nothing else. What compiling the cells takes is measured apart. Run from the
course's folder:

    .venv/bin/python benchmarks/cost.py
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # this tree is measured

from convgrade.kernels.server import MANY  # noqa: E402

SOURCES = sorted((ROOT / "source" / "toeplitz").glob("*.ipynb"))
WARM = 1 + MANY // len(SOURCES)  # rounds until servers have put their memory into huge pages, once
ROUNDS = 4  # that are measured
SERVERS = {"kernel": "cg-sessions", "judge": "cg-judges"}


def graded(folder: Path, sources: list[Path], at_the_end: Callable[[Any], None]) -> Iterator[Any]:
    """Yield a client for each notebook, not started; it calls a function before it ends."""
    import nbformat  # here: benchmarks/class.py forks, and what it has imported makes that slower
    from traitlets.config import PyFileConfigLoader

    from convgrade.bindings import bound_names
    from convgrade.trusted import TrustedClient

    class Held(TrustedClient):
        async def _close(self) -> None:
            at_the_end(self)
            await super()._close()

    shutil.copy(ROOT / "source" / "toeplitz" / "convkit.zip", folder)
    settings = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    for path in sources:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            binds = sorted(bound_names(cell.source)) if cell.cell_type == "code" else []
            cell.metadata["convgrade"] = {"binds": binds}
        yield Held(notebook, folder, folder, timeout=60, config=settings)


def check(client: Any) -> None:
    """End the program when a notebook was not graded: then nothing was measured."""
    if sum(client.points.values()) == 0:
        sys.exit("a notebook earned no points")


def memory() -> dict[str, list[float]]:
    """Return the megabytes that one more process of each kind takes."""
    there, go_on = threading.Semaphore(0), threading.Event()

    def hold(_: Any) -> None:
        there.release()
        go_on.wait()

    def total(name: str) -> tuple[float, dict[int, float]]:
        """Return the shares of all forks of a server, and by process what is its own alone."""
        server = next(
            p
            for p in psutil.Process().children(recursive=True)
            if p.name() == name and p.parent().name() == "cg-libraries"
        )
        found = {p.pid: p.memory_full_info() for p in [server, *server.children(True)]}
        return sum(m.pss for m in found.values()), {n: m.uss for n, m in found.items()}

    found: dict[str, list[float]] = {f"{k}{what}": [] for k in SERVERS for what in ("", " uss")}
    before: dict[str, tuple[float, dict[int, float]]] = {}
    threads = []
    with tempfile.TemporaryDirectory() as folder:
        for client in graded(Path(folder), [SOURCES[0], *SOURCES], hold):  # the first starts them
            threads.append(threading.Thread(target=client.grade, daemon=True))
            threads[-1].start()
            if not there.acquire(timeout=120):
                sys.exit("a notebook did not end")
            check(client)
            for kind, server in SERVERS.items():
                now = total(server)
                if kind in before:
                    new = now[1].keys() - before[kind][1].keys()
                    found[kind].append(round((now[0] - before[kind][0]) / 1e6, 1))
                    found[f"{kind} uss"].append(round(sum(now[1][n] for n in new) / 1e6, 1))
                before[kind] = now
        go_on.set()
        for thread in threads:
            thread.join()
    return found


def seconds() -> dict[str, float]:
    """Return the processor seconds of a notebook, by the process that uses them."""
    used = dict.fromkeys(SERVERS, 0.0)

    def ask(client: Any) -> None:
        used["kernel"] += of_tree(client._session.pid)
        used["judge"] += of_tree(client._judge._process.pid)

    busy = own = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(WARM + ROUNDS):
            if number == WARM:
                used.update(dict.fromkeys(SERVERS, 0.0))
                begin, idle = time.perf_counter(), psutil.cpu_times().idle
                own = time.process_time()
            for client in graded(Path(folder), SOURCES, ask):
                client.grade()
                check(client)
        own = time.process_time() - own
        both = (time.perf_counter() - begin) * (psutil.cpu_count() or 1)
        busy = both - (psutil.cpu_times().idle - idle)
    parts = {
        "student's kernel": used["kernel"],
        "grader's process": used["judge"],
        "worker": own,
        "making and ending of processes": busy - own - sum(used.values()),
    }
    return {name: round(value / len(SOURCES) / ROUNDS, 4) for name, value in parts.items()}


def compiling() -> float:
    """Return the processor seconds of parsing and compiling all cells of a notebook once.

    It is what each of its two processes would save that found them compiled.
    """
    spent = []
    for path in SOURCES:
        cells = json.loads(path.read_text())["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        tries = []
        for _ in range(5):
            begin = time.process_time()
            for source in sources:
                with contextlib.suppress(SyntaxError):  # a magic: there are few
                    for node in ast.parse(source).body:
                        compile(ast.Module([node], []), "cell", "exec")
            tries.append(time.process_time() - begin)
        spent.append(min(tries))
    return round(sum(spent) / len(spent), 4)


def of_tree(pid: int) -> float:
    """Return the processor seconds of a process and what it started."""
    process = psutil.Process(pid)
    return sum(
        sum(p.cpu_times()[:4]) for p in [process, *process.children(recursive=True)]
    )  # user, system, and both of children that have ended


def measured() -> dict[str, Any]:
    """Measure in a process of its own, whose fork servers are new.

    Raises
    ------
    RuntimeError
        When a notebook was not graded.
    """
    done = subprocess.run(
        [sys.executable, __file__, "--json"],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    if "--json" in sys.argv:
        spent = seconds()
        print(json.dumps({**memory(), "seconds": spent, "compiling": compiling()}))
        return
    found = measured()
    for name, value in found.pop("seconds").items():
        print(f"{name:32} {value:.3f} s of a processor")
    print(f"{'of it compiling cells, twice':32} {2 * found.pop('compiling'):.3f} s of a processor")
    for name, values in found.items():
        print(f"one more {name:17} {min(values):.0f} to {max(values):.0f} MB")


if __name__ == "__main__":
    main()
