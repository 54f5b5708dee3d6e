"""Run one command, print what it cost as JSON: `python -I -S launcher.py LOG COMMAND ARGUMENT...`.

A process of its own, and a small one, for two reasons. The clock starts right before the spawn and stops when the
command is reaped, so nothing of the harness is in it. And Linux hands a process's peak memory on through fork and
exec: spawned from a large harness, the smallest command would appear as large as the harness. The peak of this
launcher, about 9 MiB, remains as the floor of what can be seen.

Standard error of the command goes to the file LOG, its output to nowhere. Prints {"status", "seconds",
"processor", "peak"}: exit status (negative: the signal), wall-clock seconds, processor seconds, bytes.
"""

import os
import sys
import time


def main(log: str, command: list[str]) -> None:
    """Spawn, wait, print."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
    ]
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB, macOS in bytes.
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    processor = usage.ru_utime + usage.ru_stime
    print(f'{{"status": {code}, "seconds": {seconds!r}, "processor": {processor!r}, "peak": {peak}}}')


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
