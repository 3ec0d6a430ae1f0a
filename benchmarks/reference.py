"""Time and memory of the reference builder, against plain loops and PyTorch's jacobian.

Time: every builder makes the same dense float32 matrix of a 2D convolution, on one thread;
"sparse" is the reference's other form. Loops are six nested "for" around one assignment per entry,
once on PyTorch tensors, as a student writes them, and once on NumPy arrays, which is faster.

Memory: a fresh process per size builds one sparse float64 matrix. The kernel's high-water mark of
resident memory (VmHWM, reset before the build) minus what was resident then, divided by the
structural non-zeros. That counts everything, also what the allocator wastes; a Python or PyTorch
tracer would not. ru_maxrss would start at the parent's size. Linux only; skipped elsewhere.

Exit status: 1 if two builders disagree in any entry, else 0, whether or not the goals are met.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # measure this tree, not an installed copy

from convgrade.reference import conv_matrix  # noqa: E402  # needs the line above

SPEED_GOAL = 100  # times faster than loops on tensors
MEMORY_GOAL = 80  # bytes per structural non-zero


class Case(NamedTuple):
    """One convolution; the options are the same on every axis."""

    weight: tuple[int, ...]
    input_shape: tuple[int, ...]
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    groups: int = 1

    def __str__(self) -> str:
        sizes = f"{'x'.join(map(str, self.weight))} on {'x'.join(map(str, self.input_shape))}"
        options = zip("spdg", self[2:], (1, 0, 1, 1), strict=True)
        return sizes + "".join(f" {o}={v}" for o, v, default in options if v != default)


GOAL_CASE = Case((8, 3, 3, 3), (3, 16, 16))
TIME_CASES = [
    Case((1, 1, 3, 3), (1, 7, 9)),
    Case((4, 2, 3, 3), (2, 10, 12), padding=1),
    GOAL_CASE,
    Case((8, 4, 3, 5), (8, 20, 24), stride=2, padding=4, dilation=2, groups=2),
    Case((4, 3, 5, 5), (3, 24, 24), padding=2),
]
MEMORY_CASES = [
    Case((8, 3, 3, 3), (3, 256, 256)),
    Case((1, 1, 1), (1, 5_000_000)),  # the worst: channels, taps and axes share nothing
    Case((1, 1, 3, 3, 3), (1, 64, 64, 64), padding=1),
    Case((2, 1, 3, 3), (2, 1024, 1024), 2, 1000, 2, 2),  # mostly rows without any entry
]


def loops(weight: Any, case: Case, T: Any) -> Any:
    """Fill the zero matrix T, one entry at a time; weight and T are tensors or arrays."""
    C_out, C, k0, k1 = case.weight
    _, n0, n1 = case.input_shape
    s, p, d = case.stride, case.padding, case.dilation
    m0, m1 = ((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k in ((n0, k0), (n1, k1)))
    for c in range(C_out):
        channel = c // (C_out // case.groups) * C
        for o0 in range(m0):
            for o1 in range(m1):
                row = (c * m0 + o0) * m1 + o1
                for q in range(C):
                    for t0 in range(k0):
                        j0 = o0 * s + t0 * d - p
                        if not 0 <= j0 < n0:
                            continue
                        for t1 in range(k1):
                            j1 = o1 * s + t1 * d - p
                            if 0 <= j1 < n1:
                                T[row, ((channel + q) * n0 + j0) * n1 + j1] = weight[c, q, t0, t1]
    return T


def jacobian(weight: Tensor, case: Case, vectorize: bool) -> Tensor:
    """Return the derivative of PyTorch's own convolution."""

    def convolve(x: Tensor) -> Tensor:
        return F.conv2d(x[None], weight, None, *case[2:])[0]

    J = torch.autograd.functional.jacobian(
        convolve, torch.zeros(case.input_shape), vectorize=vectorize
    )
    return J.reshape(-1, J.shape[3:].numel())


def seconds(build: Callable[[], object], repetitions: int) -> list[float]:
    """Return the sorted times of some calls."""
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        build()
        times.append(time.perf_counter() - start)
    return sorted(times)


def time_case(case: Case, fast: int, slow: int) -> tuple[int, dict[str, list[float]], bool]:
    """Return the entries, the times by builder, and whether all builders agree."""
    weight = torch.randn(case.weight)
    array = weight.numpy()
    args = (case.input_shape, *case[2:])
    dense = conv_matrix(weight, *args)
    builders: dict[str, tuple[Callable[[], Any], int]] = {
        "reference": (lambda: conv_matrix(weight, *args), fast),
        "sparse": (lambda: conv_matrix(weight, *args, sparse=True), fast),
        "loops, tensors": (lambda: loops(weight, case, torch.zeros(dense.shape)), slow),
        "loops, NumPy": (lambda: loops(array, case, np.zeros(dense.shape, np.float32)), slow),
        "jacobian": (lambda: jacobian(weight, case, vectorize=False), slow),
        "jacobian, vectorized": (lambda: jacobian(weight, case, vectorize=True), slow),
    }
    times, agree = {}, True
    for name, (build, repetitions) in builders.items():
        T = build()  # also the warm-up
        T = T.to_dense() if isinstance(T, Tensor) else torch.from_numpy(T)
        # The jacobian adds up products with zeros and may round, the others only copy.
        same = torch.allclose(T, dense) if "jacobian" in name else torch.equal(T, dense)
        if not same:
            print(f"DISAGREE: {name} and reference at {case}")
            agree = False
        times[name] = seconds(build, repetitions)
    return conv_matrix(weight, *args, sparse=True).values().numel(), times, agree


def resident(field: str) -> int:
    """Return VmRSS or VmHWM of this process in bytes; see proc_pid_status(5)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def memory_child(case: Case) -> None:
    """Print the entries and the bytes that one sparse build takes at its peak."""
    args = (case.input_shape, *case[2:])
    weight = torch.ones(case.weight, dtype=torch.float64)
    small = (case.input_shape[0], *(40 for _ in case.input_shape[1:]))
    conv_matrix(weight, small, *case[2:], sparse=True)  # starts threads, loads code
    Path("/proc/self/clear_refs").write_text("5")  # 5 resets VmHWM: proc_pid_clear_refs(5)
    before = resident("VmRSS")
    T = conv_matrix(weight, *args, sparse=True)
    print(T.values().numel(), resident("VmHWM") - before)


def measure_memory(index: int) -> tuple[int, int]:
    """Return entries and peak bytes of a memory case, measured in a fresh process."""
    command = [sys.executable, __file__, "--memory-child", str(index)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    entries, peak = map(int, answer.split())
    return entries, peak


def processor() -> str:
    """Return the model name of the processor where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def verdict(goal: str, met: bool, found: str) -> None:
    """Print whether a goal is met."""
    print(f"goal: {goal}: {'met' if met else 'NOT MET'} ({found})")


def main() -> int:
    """Run the benchmark and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--repetitions",
        type=int,
        default=21,
        metavar="N",
        help="timed calls of the reference; loops and jacobian get a seventh (default: 21)",
    )
    parser.add_argument("--memory-child", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_child is not None:
        memory_child(MEMORY_CASES[options.memory_child])
        return 0
    fast, slow = max(1, options.repetitions), max(1, options.repetitions // 7)
    torch.manual_seed(0)
    torch.set_num_threads(1)  # loops have one; and on a busy machine threads wait for each other

    print(f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}")
    print(f"Python {platform.python_version()}, PyTorch {torch.__version__}, ", end="")
    print("one thread")
    print(
        f"\nTime in ms: median [fastest to slowest] of {fast} calls, loops and jacobian of {slow}"
    )
    agree, ratios = True, {}
    for case in TIME_CASES:
        entries, times, same = time_case(case, fast, slow)
        agree &= same
        reference = statistics.median(times["reference"])
        print(f"weight {case}: {entries} entries")
        for name, all_times in times.items():
            median = statistics.median(all_times)
            spread = f"[{all_times[0] * 1e3:.2f} to {all_times[-1] * 1e3:.2f}]"
            ratio = f"{median / reference:9.1f} x reference"
            print(f"  {name:21}{median * 1e3:10.2f}  {spread:24}{ratio}")
            if case is GOAL_CASE:
                ratios[name] = median / reference
    print()
    verdict(
        f"over {SPEED_GOAL} times faster than loops on tensors at {GOAL_CASE}",
        ratios["loops, tensors"] > SPEED_GOAL,
        f"{ratios['loops, tensors']:.0f} times; {ratios['loops, NumPy']:.0f} times faster than"
        f" loops on NumPy, {ratios['jacobian']:.0f} than jacobian",
    )

    if not Path("/proc/self/clear_refs").exists():
        print("goal for memory: not measured, it needs Linux's /proc")
        return 0 if agree else 1
    print("\nPeak memory of the sparse form, of which 24 bytes an entry are the result")
    peaks = []
    for index, case in enumerate(MEMORY_CASES):
        entries, peak = measure_memory(index)
        peaks.append(peak / entries)
        print(f"  weight {case!s:46}{entries:10} entries{peaks[-1]:7.1f} bytes an entry")
    print()
    verdict(
        f"under {MEMORY_GOAL} bytes per structural non-zero",
        max(peaks) < MEMORY_GOAL,
        f"{min(peaks):.0f} to {max(peaks):.0f} bytes",
    )
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
