"""The program ``convgrade``, also as ``python -m convgrade``."""


def main() -> None:
    """Run the command line."""
    # Here, since every worker imports this file again, and has no use for the command line.
    import convgrade.classroom  # noqa: F401  (first: it makes other imports quicker)
    from convgrade.classroom.origin import importing

    with importing():
        from convgrade.app import run

    run()


if __name__ == "__main__":
    main()
