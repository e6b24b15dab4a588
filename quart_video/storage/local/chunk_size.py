"""How much to read at once: as fast as the client takes it, as little as a stalled one allows.

A chunk stays in memory, here and in the server, until its client has taken it. Large chunks cost
less processor time, small ones less memory for each of many viewers who take nothing just now.
Pure: the time that a client took for a chunk comes from the caller.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = 64 * 1024
"""Bytes for a client that makes us wait, and for one that we do not know yet."""

LARGE = 256 * 1024
"""Bytes for a client that does not. Beyond it malloc maps memory anew, page by page, each time."""

SHORT = 2 * 1024 * 1024
"""Bytes of a range that is soon over: the buffers of the kernel take it, and nobody waits."""

_WAIT = 0.010
"""Seconds for one chunk from which on a client makes us wait."""

_TRUST = 16 * 1024 * 1024
"""Bytes without a wait after which a client is fast, and not just the kernel's buffers empty."""


@dataclass(slots=True)
class AdaptiveChunkSize:
    """The pace of one client."""

    size: int
    """Bytes to read next."""
    _unbroken: int = 0

    @classmethod
    def for_range(cls, length: int) -> AdaptiveChunkSize:
        """Start a range of *length* bytes."""
        return cls(LARGE if length <= SHORT else SMALL)

    def note(self, count: int, seconds: float) -> None:
        """Note that the client took *count* bytes in *seconds*."""
        if seconds > _WAIT:
            self._unbroken = 0
            self.size = SMALL
        elif self.size == SMALL:
            self._unbroken += count
            if self._unbroken >= _TRUST:
                self.size = LARGE
