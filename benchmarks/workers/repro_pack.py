"""Pack a folder with repro-tarfile as one process: `python repro_pack.py FOLDER ARCHIVE`, in the peers' Python."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # By name, so that a type checker does not look for it in our own environment.
    with import_module("repro_tarfile").open(sys.argv[2], "w:gz") as archive:
        archive.add(sys.argv[1], arcname="cicd")
