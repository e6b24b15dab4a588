"""The folders that cannot be read just now: the log is told of each once, monitors of their number.

What is in them is shown as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from quart_video.storage.names import join

logger = logging.getLogger("quart_video")

_MOST = 1000  # folders that are remembered
_MOST_TOLD = 10  # of which the log is told at a time: a mount that dies takes many along


class Unreadable:
    """Those of one library."""

    def __init__(self) -> None:
        self._problems: dict[str, str] = {}
        self._told = 0

    def __len__(self) -> int:
        return len(self._problems)

    def __contains__(self, folder: str) -> bool:
        return folder in self._problems

    def note(self, folder: str, problem: object) -> None:
        """Note that a folder cannot be read."""
        if folder in self._problems or len(self._problems) >= _MOST:
            return
        is_known = any(above in self._problems for above in _above(folder))
        self._problems[folder] = str(problem)
        if is_known or self._told > _MOST_TOLD:
            return
        self._told += 1
        if self._told > _MOST_TOLD:
            logger.warning("More folders cannot be read now, of which nothing more is said here")
            return
        logger.warning(
            "The folder %r cannot be read now, and what is in it is shown as it was: %s",
            folder,
            problem,
        )

    def clear(self, folder: str, inside: Collection[str] = ()) -> None:
        """Note that a folder has been read, or is gone.

        :param inside: paths of the folders in it; what is known of others in it does not matter.
        """
        prefix = join(folder, "")
        gone = [
            path
            for path in self._problems
            if path == folder
            or (
                path.startswith(prefix)
                and prefix + path[len(prefix) :].partition("/")[0] not in inside
            )
        ]
        for path in gone:
            del self._problems[path]
        if gone and not self._problems:
            logger.warning("All folders can be read again")
            self._told = 0


def _above(folder: str) -> list[str]:
    names = folder.split("/")[:-1] if folder else []
    return ["/".join(names[:count]) for count in range(len(names) + 1)] if folder else []
