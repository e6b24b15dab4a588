"""When what was interrupted is tried again: later each time, and never for ever put off."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic

_FIRST = 10.0  # seconds
_LONGEST = 3600.0
_KEPT = 10_000  # jobs


class Again:
    """Remembers, for one process, which jobs were interrupted."""

    def __init__(self) -> None:
        self._pauses: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def seconds(self, job: tuple[str, str]) -> float:
        """Return how long *job* is not to be tried yet; 0 and less: it may be."""
        _, until = self._pauses.get(job, (0.0, 0.0))
        return until - monotonic()

    def interrupted(self, job: tuple[str, str]) -> None:
        """Put *job* off, for longer than the last time."""
        pause, _ = self._pauses.pop(job, (0.0, 0.0))
        pause = min(max(_FIRST, 2 * pause), _LONGEST)
        self._pauses[job] = pause, monotonic() + pause
        if len(self._pauses) > _KEPT:
            self._pauses.popitem(last=False)

    def done(self, job: tuple[str, str]) -> None:
        """Forget *job*."""
        self._pauses.pop(job, None)
