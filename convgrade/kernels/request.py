"""What fork servers are asked for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_REQUEST", "OTHER", "READY", "Request", "ServerRequest"]

MAX_REQUEST = 2**17  # bytes of a request for a fork
# What is said of a server that is asked for: that it is ready, with its number, or that who was
# asked has other libraries.
READY, OTHER = b"ready ", b"other"


@dataclass(frozen=True)
class Request:
    """One process to fork.

    Attributes
    ----------
    arguments : list of str
        For what is run in it: a kernel's are those of ``ipykernel_launcher``.
    folder : str
        A kernel's working folder.
    environment : dict of str to str
        All of a kernel's.
    box : list of str or None
        Options of `confine.read_options`; None for a kernel that is not confined.
    """

    arguments: list[str]
    folder: str = ""
    environment: dict[str, str] | None = None
    box: list[str] | None = None


@dataclass(frozen=True)
class ServerRequest:
    """A fork server to make from a process that has imported libraries.

    Attributes
    ----------
    libraries : list of str
        What that process should have imported; it refuses if that is something else.
    runs : str
        The module that says what a fork of the server is: `convgrade.kernels.server`.
    preload : list of str
        Modules that the server imports itself.
    folder : str
        Its working folder.
    environment : dict of str to str
        All of it.
    processors : list of int
        That it may use.
    """

    libraries: list[str]
    runs: str
    preload: list[str]
    folder: str
    environment: dict[str, str]
    processors: list[int]
