"""Pack the students' kit into the archive that lies beside an assignment's notebooks.

``python -m convgrade.kit source/toeplitz`` writes ``source/toeplitz/convkit.zip`` anew where
the kit has changed. nbgrader copies it from there into the release and over what students hand
in. The same kit gives the same bytes on every machine: files in order, as they are, one time.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

__all__ = ["ARCHIVE", "archive", "main"]

ARCHIVE = "convkit.zip"
TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say


def archive(package: Path | None = None) -> bytes:
    """Return a package as a zip file that Python can import from.

    Parameters
    ----------
    package : Path, optional
        Its folder, by default the kit's. Compiled files are left out, line ends are those of
        Unix. Nothing is compressed: each version of zlib does it in another way.
    """
    if package is None:  # found, and not imported: that takes seconds
        spec = find_spec("convkit")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for path in sorted(package.rglob("*"), key=lambda p: p.relative_to(package).parts):
            if path.suffix not in (".py", ".toml"):
                continue
            entry = zipfile.ZipInfo(path.relative_to(package.parent).as_posix(), TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # as on Unix, everywhere
            file.writestr(entry, path.read_bytes().replace(b"\r\n", b"\n"))
    return data.getvalue()


def main(folders: Sequence[str]) -> int:
    """Write the archive into folders of assignments; return the exit status."""
    missing = [folder for folder in folders if not Path(folder).is_dir()]
    if missing or not folders:
        what = f"There is no folder {', '.join(missing)}. " if missing else ""
        print(f"{what}Use: python -m convgrade.kit source/ASSIGNMENT ...", file=sys.stderr)
        return 2
    data = archive()
    for folder in folders:
        path = Path(folder, ARCHIVE)
        if path.is_symlink() or not path.is_file() or path.read_bytes() != data:
            path.unlink(missing_ok=True)
            path.write_bytes(data)
            print(f"{path} is new: hand out {Path(folder).name} again")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
