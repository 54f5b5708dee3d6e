"""Before and after as people read them, handed on to whoever shows reports."""

from cicdpack.planning.diffs import is_text, line_counts, unified

__all__ = ["is_text", "line_counts", "unified"]
