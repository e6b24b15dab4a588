"""Which names of one storage are served; all others do not exist, or are reported in the log."""

from __future__ import annotations

import logging
from collections.abc import Collection

from quart_video.storage.base import NotFound
from quart_video.storage.names import have_problem, join, name_problem, split_path

logger = logging.getLogger("quart_video")

_MAX_REPORTED = 1000  # names; a folder full of odd ones is not to fill memory, nor the log


class VisibleNames:
    """The names that a storage shows.

    :param reserved: names of files and folders in the root that are taken as absent, as whoever
        serves them has something else at their address.
    :param hidden: paths of what is taken as absent without a word, with all below it.
    """

    def __init__(self, reserved: Collection[str] = (), hidden: Collection[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self._hidden = frozenset(hidden)
        self._hiding = {path.rpartition("/")[0] for path in hidden}
        self._reported: set[int] = set()

    def split(self, path: str) -> tuple[str, ...]:
        """Split the path that a client names into its components; the root, ``""``, has none.

        :raises BadName: the path cannot name anything that may be served.
        :raises NotFound: it begins with a reserved name, or is hidden.
        """
        components = split_path(path)
        if components and components[0] in self._reserved:
            raise NotFound(f"{path!r} begins with a name that is kept for something else")
        if any(f"{path}/".startswith(f"{hidden}/") for hidden in self._hidden):
            raise NotFound(f"{path!r} is hidden")
        return components

    def shows(self, folder: str, name: str) -> bool:
        """Say whether *name* belongs in the listing of *folder*; the log is told why not, once."""
        if name.startswith("."):
            return False
        path = join(folder, name)
        if path in self._hidden:
            return False
        problem = name_problem(name)
        if problem is None and path in self._reserved:
            problem = "a name that is kept for something else"
        if problem is not None:
            self.report(path, problem)
        return problem is None

    def shows_all(self, folder: str, names: Collection[str]) -> bool:
        """Say, in a moment, whether all of *names* belong in the listing of *folder*."""
        return (
            folder not in self._hiding
            and not have_problem(names)
            and (bool(folder) or self._reserved.isdisjoint(names))
        )

    def report_unseen(self, path: str, error: Exception) -> None:
        """Tell the log, once, what cannot be looked at though it is there."""
        if hash(path) not in self._reported and len(self._reported) < _MAX_REPORTED:
            self._reported.add(hash(path))
            logger.warning("%r cannot be looked at now, and is shown as it was: %s", path, error)

    def report(self, path: str, problem: str) -> None:
        """Tell the log, once, why *path* is left out."""
        if hash(path) not in self._reported and len(self._reported) < _MAX_REPORTED:
            self._reported.add(hash(path))  # which is short
            logger.warning("Left out of the listing, rename it: %r has %s", path, problem)
