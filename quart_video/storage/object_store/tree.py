"""Folders out of a sorted list of keys. Pure, but for the log of names that are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quart_video.storage.base import CannotWalk, Entry, FileFacts
from quart_video.storage.names import join
from quart_video.storage.visible import VisibleNames


class Tree:
    """Puts files into their folders, and gives each folder out when nothing more can be in it."""

    def __init__(self, names: VisibleNames) -> None:
        self._names = names
        self._open: list[tuple[str, list[Entry]]] = [("", [])]
        """The folders from the root to that of the last key, with what is in them so far."""
        self._done: set[str] = set()
        self._unseen = ""
        """The folder, with a slash behind it, that was left out last."""

    def add(self, key: str, facts: FileFacts) -> Iterator[tuple[str, Sequence[Entry]]]:
        """Add a file; yield the folders that it shows to be complete.

        :raises CannotWalk: the keys are not sorted.
        """
        if self._unseen and key.startswith(self._unseen):
            return
        folder, _, name = key.rpartition("/")
        while not _is_within(folder, self._open[-1][0]):
            yield self._close()
        here = self._open[-1][0]
        for component in folder.removeprefix(here).strip("/").split("/") if folder != here else []:
            if not self._names.shows(here, component):
                self._unseen = join(here, component) + "/"
                return
            here = self._enter(join(here, component))
        if self._names.shows(folder, name):
            self._open[-1][1].append(Entry(key, facts))

    def end(self) -> Iterator[tuple[str, Sequence[Entry]]]:
        """Yield the folders that are left, the root last."""
        while self._open:
            yield self._close()

    def _enter(self, folder: str) -> str:
        if folder in self._done:
            raise CannotWalk(f"the store lists {folder!r} in pieces")
        above = self._open[-1][1]
        if above and above[-1].path == folder and above[-1].facts and not above[-1].facts.size:
            above.pop()  # what some programs make to stand for a folder, an object called "folder/"
        above.append(Entry(folder))
        self._open.append((folder, []))
        return folder

    def _close(self) -> tuple[str, Sequence[Entry]]:
        folder, entries = self._open.pop()
        self._done.add(folder)
        return folder, entries


def _is_within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")
