"""Names by which the text of a test cell tells what the test does, and looks at."""

from __future__ import annotations

import re

__all__ = [
    "BACKWARD",
    "CLOCKS",
    "DOCTESTS",
    "ELSEWHERE",
    "FIGURES",
    "FILE",
    "IDENTITY",
    "LAYOUT",
    "LINES",
    "LOGGED",
    "MEMORY",
    "MUTATORS",
    "PATHS",
    "RECORDS",
    "SEEDS",
    "TEMPORARY",
    "THREADS",
    "WARNED",
]

SEEDS = frozenset({"seed", "manual_seed"})
FIGURES = frozenset({"gcf", "gca", "get_fignums", "fignum_exists"})
# What IPython makes of magics and shell lines, whose texts may name files among other words.
LINES = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput"})
FILE = re.compile(r"[\w.][\w ./\\-]*\.\w{1,6}")
TEMPORARY = frozenset({"TemporaryDirectory", "NamedTemporaryFile", "mkdtemp", "mkstemp"})
# What looks at files, whose names need not stand in the text.
PATHS = frozenset(
    {"open", "exists", "lexists", "isfile", "isdir", "is_file", "is_dir", "stat", "lstat",
     "getsize", "getmtime", "listdir", "scandir", "walk", "glob", "iglob", "rglob", "iterdir",
     "Path", "getcwd", "cwd", "savefig", "save", "access", *TEMPORARY}
)  # fmt: skip
WARNED = frozenset(
    {"catch_warnings", "simplefilter", "filterwarnings", "assertWarns", "assertWarnsRegex",
     "showwarning", "warns"}
)  # fmt: skip
LOGGED = frozenset({"logging", "assertLogs", "assertNoLogs", "caplog"})
BACKWARD = frozenset({"backward", "grad_fn", "autograd", "retain_grad"})
CLOCKS = frozenset(
    {"time", "time_ns", "perf_counter", "perf_counter_ns", "process_time", "monotonic", "timeit",
     "default_timer", "now"}
)  # fmt: skip
DOCTESTS = frozenset({"testmod", "run_docstring_examples"})  # which name no function
# What is asked of the process in which it is called, or of a class as it is made there.
ELSEWHERE = frozenset(
    {"process_time", "process_time_ns", "thread_time", "thread_time_ns", "getrusage", "psutil",
     "tracemalloc", "setprofile", "settrace", "monitoring", "cProfile", "getstate", "get_state",
     "get_rng_state", "initial_seed", "isabstract", "__abstractmethods__", "active_count",
     "getsignal", "umask", "getmtime", "st_mtime", "st_mtime_ns", "chmod", "st_mode",
     "gettempdir", *DOCTESTS, "get_objects", "get_referrers", "getrefcount", "isenabled"}
)  # fmt: skip
MEMORY = frozenset(
    {"shares_memory", "may_share_memory", "base", "data_ptr", "owndata", "OWNDATA", "sort", "fill",
     "fill_", "zero_", "put", "itemset", "copyto"}
)  # fmt: skip
LAYOUT = frozenset({"flags", "strides", "base", "owndata", "ctypes", "__array_interface__"})
# By which a function can tell in which thread it runs, and beside which others.
THREADS = frozenset(
    {"sleep", "get_ident", "get_native_id", "current_thread", "active_count", "Barrier", "Event",
     "Condition", "Semaphore", "BoundedSemaphore", "local", "Queue", "LifoQueue", "SimpleQueue"}
)  # fmt: skip
RECORDS = frozenset({"In", "_ih", "_i", "_ii", "_iii", "user_ns"})
# What changes a list or the like.
MUTATORS = frozenset(
    {"append", "extend", "add", "update", "pop", "setdefault", "remove", "insert", "clear",
     "popitem", "discard", "sort", "reverse", "appendleft", "popleft", "write"}
)  # fmt: skip
IDENTITY = frozenset({"id", "assertIs", "assertIsNot"})
