"""`ByteSource`: an iterable of chunks, cut wherever, as a stream that is taken piece by piece. Knows no format."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class ByteSource:
    """A stream over chunks that holds one chunk at a time.

    `offset` is the number of bytes taken so far.
    """

    __slots__ = ("_chunk", "_chunks", "_position", "offset")

    def __init__(self, chunks: Iterable[bytes | memoryview]) -> None:
        self._chunks: Iterator[bytes | memoryview] = iter(chunks)
        self._chunk: bytes | memoryview = b""
        self._position = 0
        self.offset = 0

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer only at the end of the stream."""
        end = self._position + size
        if end <= len(self._chunk):
            piece = bytes(self._chunk[self._position : end])
            self._position = end
        else:
            piece = self._gather(size)
        self.offset += len(piece)
        return piece

    def take_any(self) -> bytes | memoryview:
        """Return what is left of the chunk at hand, or the next chunk; empty only at the end of the stream."""
        rest = self._chunk[self._position :]
        while not rest:
            following = next(self._chunks, None)
            if following is None:
                break
            rest = following
        self._chunk, self._position = b"", 0
        self.offset += len(rest)
        return rest

    def _gather(self, size: int) -> bytes:
        """Take across chunks. The buffer of a `BytesIO` is handed out without a copy, so a large file is held once."""
        gathered = io.BytesIO()
        while True:
            self._position += gathered.write(self._chunk[self._position : self._position + size - gathered.tell()])
            following = None if gathered.tell() == size else next(self._chunks, None)
            if following is None:
                return gathered.getvalue()
            self._chunk, self._position = following, 0
