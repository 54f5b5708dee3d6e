"""Before and after as people read them, handed on to whoever shows reports."""

from cicdpack.planning.diffs import NO_NEWLINE, is_text, line_counts, unified

__all__ = ["NO_NEWLINE", "is_text", "line_counts", "unified"]
