"""Watch what runs while a student's function runs, whatever it is called through.

PyTorch's own modes see every operation, NumPy's and SciPy's builders are wrapped for the time of
the call, and the kit's tools say so themselves (`note`). It is no guard: code that sets out to
can undo it, and then only an observation is lost. Code that runs in other threads is not seen.

The grader also sends this file, as text, to the kernel in which the student's function is: it
needs torch and the standard library only, and nothing of the rest of the kit.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["MANY", "note", "through", "watching"]

MANY = 50_000  # operations of one call, after which only calls from Python are looked at: faster

# Builders in Python, which PyTorch's modes do not see: by module, if that is in use already.
_WRAPPED = {
    **dict.fromkeys(("numpy", "numpy._core.numeric", "numpy.core.numeric", "numpy.ma"),
                    ("convolve", "correlate", "polymul")),
    "numpy.polynomial.polynomial": ("polymul", "polypow"),
    **dict.fromkeys(("numpy.lib.stride_tricks", "numpy.lib._stride_tricks_impl"),
                    ("sliding_window_view",)),
    "scipy.linalg": ("toeplitz", "hankel", "circulant", "convolution_matrix", "matmul_toeplitz"),
    "scipy.signal": ("convolve", "correlate", "fftconvolve", "oaconvolve", "convolve2d",
                     "correlate2d", "lfilter", "upfirdn"),
    "scipy.ndimage": ("convolve", "correlate", "convolve1d", "correlate1d"),
    "torch.autograd.functional": ("jacobian", "hessian", "vjp", "jvp"),
    **dict.fromkeys(("torch.func", "functorch"),
                    ("jacrev", "jacfwd", "hessian", "vjp", "jvp", "linearize", "grad")),
    "torch.nn": ("Unfold", "Fold"),
}  # fmt: skip
_NUMPYS = ("pad",)  # of NumPy itself; of others of its modules the name means something else

_hearing: list[set[str]] = []
_busy: set[str] = set()  # functions that do so much that only their calls from Python are seen


def note(name: str) -> None:
    """Tell whoever watches that a tool of the kit is used."""
    for seen in _hearing:
        seen.add(name)


@contextlib.contextmanager
def watching(name: str = "") -> Iterator[set[str]]:
    """Collect the dotted names of what runs inside, such as "aten.convolution.default".

    Parameters
    ----------
    name : str
        Of the function that is called, to remember that it does very much.
    """
    seen: set[str] = set()
    with contextlib.ExitStack() as stack:
        count = _enter_modes(stack, seen, name in _busy)
        stack.callback(functools.partial(_wrap(seen), None))
        kit = sys.modules.get("convkit.watch")
        hearings = [_hearing, getattr(kit, "_hearing", _hearing)]
        for hearing in hearings[: 1 if hearings[0] is hearings[1] else 2]:
            hearing.append(seen)
            stack.callback(hearing.remove, seen)
        yield seen
    if count() > MANY:
        _busy.add(name)


@functools.cache
def _modes() -> tuple[Any, Any]:
    """Make the two modes: of calls from Python, and of operations."""
    from torch.overrides import TorchFunctionMode
    from torch.utils._python_dispatch import TorchDispatchMode

    class Functions(TorchFunctionMode):
        def __init__(self) -> None:
            super().__init__()
            self.ran: set[Any] = set()

        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            self.ran.add(func)
            return func(*args, **(kwargs or {}))

    class Operations(TorchDispatchMode):  # type: ignore[no-untyped-call, unused-ignore]
        def __init__(self) -> None:
            super().__init__()  # type: ignore[no-untyped-call, unused-ignore]
            self.ran: set[Any] = set()
            self.total = 0

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            return False  # else the first operation imports PyTorch's compiler: seconds

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            self.total += 1
            self.ran.add(func)
            return func(*args, **(kwargs or {}))

    return Functions, Operations


@functools.cache
def _name_of(func: Any) -> str:
    names = [getattr(func, part, None) for part in ("__module__", "__qualname__")]
    return ".".join(name for name in names if type(name) is str)


def _enter_modes(stack: contextlib.ExitStack, seen: set[str], light: bool) -> Callable[[], int]:
    """Let PyTorch tell every operation; return the counter of them."""
    functions, operations = (make() for make in _modes())

    def name_all() -> None:
        seen.update(map(_name_of, functions.ran))
        seen.update(map(str, operations.ran))

    stack.callback(name_all)
    if not light:
        stack.enter_context(operations)
    stack.enter_context(functions)
    return lambda: int(operations.total)


_watchers: list[tuple[int, set[str]]] = []  # their threads, and what each has seen
_wrappers: dict[tuple[int, str], tuple[Any, Any]] = {}  # made once: builders, and theirs


def _wrap(seen: set[str]) -> Callable[[Any], None]:
    """Replace the builders by ones that say so; return what puts them back."""
    kept: list[tuple[Any, str, Any]] = []

    def replace(owner: Any, attribute: str, name: Callable[[Any], str]) -> None:
        old = vars(owner).get(attribute)
        known, wrapper = _wrappers.get((id(owner), attribute), (None, None))
        if old is wrapper or not callable(old) or isinstance(old, type):
            return  # for one who watches inside another, it is replaced already
        if old is not known:
            wrapper = _wrapper(old, name)
            _wrappers[id(owner), attribute] = old, wrapper
        kept.append((owner, attribute, old))
        setattr(owner, attribute, wrapper)

    for module, attributes in _WRAPPED.items():
        owner = sys.modules.get(module)
        for attribute in attributes + (_NUMPYS if module == "numpy" else ()):
            if owner is not None:
                words = f"{module}.{attribute}"
                replace(owner, attribute, lambda _, words=words: words)  # type: ignore[misc]
    layers = sys.modules.get("torch.nn.modules.conv")
    if layers is not None:
        replace(layers._ConvNd, "__init__", lambda layer: f"torch.nn.{type(layer).__name__}")
    watcher = threading.get_ident(), seen
    _watchers.append(watcher)

    def restore(_: Any) -> None:
        _watchers[:] = [other for other in _watchers if other is not watcher]
        for owner, attribute, old in reversed(kept):
            setattr(owner, attribute, old)

    return restore


def _wrapper(old: Any, name: Callable[[Any], str]) -> Any:
    @functools.wraps(old)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        for thread, seen in _watchers:
            if threading.get_ident() == thread:
                seen.add(name(args[0] if args else None))
        return old(*args, **kwargs)

    return wrapped


def through(function: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Call a function; return its value and the names of what ran, None if that is not known."""
    with contextlib.ExitStack() as stack:
        try:
            name = str(getattr(function, "__qualname__", ""))
            seen = stack.enter_context(watching(name))
        except Exception:  # an old or a changed PyTorch: the answer counts, not the watch
            return function(*args, **kwargs), None
        value = function(*args, **kwargs)
    return value, sorted(seen)
