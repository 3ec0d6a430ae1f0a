"""What tests found once, kept as data with digests of all that it follows from.

While a digest is that of today, a run of the tests tries a sample; otherwise it tries all.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

Place = tuple[str, ...]  # assignment, notebook, and an exercise where it is of one
T = TypeVar("T")


def digest_of(parts: Iterable[str | bytes]) -> str:
    """Return a digest of texts, or of files' bytes."""
    data = [part.encode() if isinstance(part, str) else part for part in parts]
    return hashlib.sha256(b"\0".join(data)).hexdigest()[:16]


def read(path: Path) -> dict[str, Any]:
    """Read what is kept, by name; nothing where nothing was kept yet."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def write(path: Path, found: dict[str, Any]) -> None:
    """Keep something, by name."""
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


@dataclass(frozen=True)
class Found:
    """For which places it is known, by digest.

    Attributes
    ----------
    path : Path
        Where that is kept.
    digest : callable
        Gives what tells whether it is of a place as it is today.
    every : int
        One in so many is tried again.
    """

    path: Path
    digest: Callable[[Place], str]
    every: int = 10

    def kept(self) -> dict[str, str]:
        """Read the digests, by place."""
        return read(self.path)

    def fresh(self, place: Place) -> bool:
        """Tell whether it is known of a place as it is today."""
        return self.kept().get("/".join(place)) == self.digest(place)

    def keep(self, places: Iterable[Place]) -> None:
        """Keep that it is known of these places, and of no others."""
        write(self.path, {"/".join(place): self.digest(place) for place in places})

    def renew(
        self, places: Sequence[Place], wrong: Callable[[Place], Sequence[str]], processes: int = 2
    ) -> int:
        """Try what is not known, keep where nothing is wrong, and return an exit status.

        Parameters
        ----------
        places : sequence of tuple
            Those that take longest first.
        wrong : callable
            Says of a place what is. Runs in a process of its own.
        processes : int
        """
        old = [place for place in places if not self.fresh(place)]
        known = [place for place in places if place not in old]
        self.keep(known)
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            for place, lines in zip(old, pool.imap(wrong, old), strict=True):
                print("/".join(place), *(lines or ["as it should be"]), sep="\n  ", flush=True)
                if not lines:
                    known.append(place)
                    self.keep(known)
        return 0 if len(known) == len(places) else 1

    def sample(self, place: Place, known: Sequence[T]) -> list[T]:
        """Return some, others when anything changes: one in `every`, and one at least."""
        first = int(self.digest(place), 16) % max(1, min(self.every, len(known)))
        return list(known[first :: self.every])
