"""The way in: ``soundcheck`` and ``python -m soundcheck``."""

import sys


def main() -> None:
    """Run the command line; ``--version`` alone is answered before anything else is loaded."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from soundcheck import __version__

        sys.stdout.write(f"soundcheck {__version__}\n")
        return
    from soundcheck.commands import run

    run()


if __name__ == "__main__":
    main()
