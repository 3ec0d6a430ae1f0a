"""The program ``convgrade``, also as ``python -m convgrade``."""

import convgrade.classroom  # noqa: F401  (first: it makes the other imports quicker)
from convgrade.app import main

if __name__ == "__main__":
    main()
