"""Run code with little memory, so that what is too large fails at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def little_memory(gibibytes: float = 2.0) -> Iterator[None]:
    """Let the code inside take at most so much more memory than is taken already.

    What asks for more gets a MemoryError or, from PyTorch, a RuntimeError, and the machine
    stays usable. setrlimit(2), RLIMIT_AS: Linux keeps to it; elsewhere nothing is limited.

    Parameters
    ----------
    gibibytes : float
    """
    try:
        import resource

        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[0])
    except (ImportError, OSError):  # Windows, macOS
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + int(gibibytes * 2**30)
    known = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([most, *known]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
