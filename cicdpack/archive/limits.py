"""How much an archive may ask of the reader. The writer keeps to the same limits, so what it writes can be read."""

from __future__ import annotations

MAX_TAR_BYTES = 256 * 1024 * 1024
"""Bytes of the whole tar, uncompressed. A bundle is some 40 kB of text; 1 GiB of zeros deflates to 1 MB."""

MAX_INFLATED_FREELY = 192 * 1024 * 1024
"""Bytes that another tool's frame may inflate to, however small it is: what a reader can always afford to hold."""

MAX_RATIO = 20
"""Beyond that, how many times its own bytes a frame may inflate to: text does ten times, a bomb a thousand."""

MAX_FILE_BYTES = MAX_TAR_BYTES + 1024 * 1024
"""Bytes of the archive file. A stored frame adds 5 bytes to 65,535, some 20 kB at the size limit."""

MAX_ENTRIES = 100_000
"""Members of an archive, folders and dropped junk included: 300,000 empty ones deflate to under 1 MB."""

MAX_PATH_BYTES = 1024
"""UTF-8 bytes of a path, `PATH_MAX` of macOS, the smallest of the systems in use (Linux 4,096)."""

MAX_NAME_BYTES = 255
"""UTF-8 bytes of one component, `NAME_MAX` of ext4, XFS and APFS. NTFS counts 255 UTF-16 units, never more."""

MAX_DEPTH = 64
"""Components of a path: deeper trees break recursive tools (`rm`, `os.walk`), and no repository needs them."""

LONG_PATH_BYTES = 200
"""From here on a path may not fit below a checkout on Windows, where `MAX_PATH` is 260. Worth a warning, no more."""

MAX_CANONICAL_PAX_BYTES = 8 * 1024
"""Bytes of the one `path` record of a canonical archive: eight times the longest path."""

MAX_FOREIGN_PAX_BYTES = 64 * 1024
"""Bytes of an extended header of another tool: times, names and a few extended attributes."""

MAX_FOREIGN_PAX_RECORDS = 256
"""Records of an extended header of another tool; GNU tar writes up to six, bsdtar some twenty."""
