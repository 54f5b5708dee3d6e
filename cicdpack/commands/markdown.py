"""Text as Markdown, handed on to whoever writes a summary."""

from cicdpack.forge.wording import code

__all__ = ["code"]
