"""The entry point: answers `--version` before anything heavy is imported, hands the rest to the command line."""

from __future__ import annotations

import sys

from cicdpack import __version__


def main() -> None:
    """Run cicdpack with the process's arguments and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"cicdpack {__version__}\n")
        return
    from cicdpack.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
