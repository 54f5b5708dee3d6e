"""Write files as plainly as can be, but durably: `python -I plain_write.py PAYLOAD FOLDER`.

PAYLOAD is a JSON object, path -> text. Each file is hashed, written and synced where it belongs: nothing is compared,
nothing could be taken back, and a kill leaves half of them. It is what any tool has to do that does the same work.
"""

import hashlib
import json
import os
import sys


def main(payload: str, folder: str) -> None:
    """Write all of them."""
    with open(payload, "rb") as file:
        files: dict[str, str] = json.load(file)
    for path, text in files.items():
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        data = text.encode()
        hashlib.sha256(data).hexdigest()
        with open(target, "wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
