"""``python -m convgrade`` is ``convgrade``."""

from convgrade.app import main

if __name__ == "__main__":
    main()
