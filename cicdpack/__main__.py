"""The entry point: answers `--version` before anything heavy is imported, hands the rest to the command line."""

from __future__ import annotations

import gc
import sys

from cicdpack import __version__

COLLECTED_AFTER = 50_000
"""Values made before Python looks for circles among them: nearly all of ours live until the end, and have none."""


def main() -> None:
    """Run cicdpack with the process's arguments and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"cicdpack {__version__}\n")
        return
    gc.set_threshold(COLLECTED_AFTER)
    from cicdpack.cli.app import run

    code = run(sys.argv[1:])
    gc.freeze()  # The process ends here: nobody is to look through all that is left once more.
    sys.exit(code)


if __name__ == "__main__":
    main()
