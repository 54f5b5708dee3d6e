"""What update bots change: pinned versions. A file that differs in nothing else was bumped, not edited.

Dependabot and Renovate rewrite `uses: owner/action@<commit> # v4`, image tags and digests, `task: Name@2`, versions
under keys that say so, and `name==1.2` on a command line. A line counts where it equals the other once its pin is
blanked; lines never come or go.
"""

from __future__ import annotations

import re

from cicdpack.planning.lineends import with_lf

_PINS = (
    re.compile(r"(?P<keep>^\s*(?:-\s+)?uses:\s*[\"']?[^@\s\"'#]+@)[^\s\"'#]+(?P<end>[\"']?)(?:\s+#.*)?$"),
    re.compile(
        r"(?P<keep>^\s*(?:-\s+)?(?:image|container|name):\s*[\"']?[A-Za-z0-9][\w./-]*?)"
        r"(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?(?P<end>[\"']?)(?:\s+#.*)?$"
    ),
    re.compile(r"(?P<keep>^\s*(?:-\s+)?task:\s*[\"']?[\w.-]+@)[0-9][\w.]*(?P<end>[\"']?)(?:\s+#.*)?$"),
    re.compile(
        r"(?P<keep>^\s*(?:-\s+)?[\w.-]*(?:version|versionspec)[\"']?\s*[:=]\s*[\"']?)"
        r"v?[0-9][\w.+-]*(?P<end>[\"']?)(?:\s+#.*)?$",
        re.IGNORECASE,
    ),
)
_REQUIREMENT = re.compile(r"(?<=[\w\]]==)[0-9][\w.+!-]*")


def only_pins_differ(before: bytes, after: bytes) -> bool:
    """Whether two texts that differ do so in pinned versions alone."""
    old, new = with_lf(before).split(b"\n"), with_lf(after).split(b"\n")
    if len(old) != len(new):
        return False
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    return bool(differing) and all(_blanked(a) == _blanked(b) for a, b in differing)


def _blanked(line: bytes) -> str:
    text = line.decode("utf-8", "surrogateescape")
    for pattern in _PINS:
        blanked, count = pattern.subn(r"\g<keep>PIN\g<end>", text)
        if count:
            return blanked
    return _REQUIREMENT.sub("PIN", text)
