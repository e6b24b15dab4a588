"""What is served: the files, and the answers that are known to be right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic

from benchmarks.answers import ANSWERS, answer_name
from benchmarks.bodies import Text
from benchmarks.listing.asks import Ask, searches
from benchmarks.listing.tree import Tree
from benchmarks.load import Request, Wrong, drive, text_request
from benchmarks.peers import Peer
from benchmarks.servers import DoesNotStart, Server

SMALL, LARGE = "small", "large"
"""Folders: with the files, and with ten times as many."""

SCAN_SECONDS = 600.0


class Shelves:
    """The files, and what has been answered so far.

    :param size: number of files.
    :param peers: those that they are made for.
    """

    def __init__(self, folder: Path, size: int, peers: Sequence[Peer]) -> None:
        self._folder = folder
        (folder / ANSWERS).mkdir()
        self.trees: dict[str, Tree] = {}
        for root, count in ((SMALL, size), (LARGE, 10 * size)):
            if any(peer.root == root for peer in peers):
                self.trees[root] = Tree(folder / root, count)
                self.trees[root].make()
        self._texts: dict[tuple[str, str], Text] = {}
        self._searches: dict[str, dict[str, Iterator[Ask]]] = {}

    def tree(self, server: Server) -> Tree:
        """Return the files that a server has."""
        return self.trees[server.peer.root]

    def searches(self, server: Server, kind: str, count: int) -> list[Ask]:
        """Return searches that this server has not answered so far."""
        if server.peer.name not in self._searches:
            self._searches[server.peer.name] = searches(self.tree(server))
        ahead = self._searches[server.peer.name][kind]
        return [next(ahead) for _ in range(count)]

    def known(
        self, server: Server, path: str, check: Callable[[bytes], None], *fields: str
    ) -> Text:
        """Return what a server answers, which is checked when it is first asked.

        :param check: raises :exc:`Wrong`.
        :raises Wrong: it does not answer as it has to.
        """
        text = self._texts.setdefault((server.peer.name, path), Text())
        if text.body is None:
            drive(server.address, [text_request(path, text, *fields)], connections=1)
            check_text(text, check)
        return text

    def request(self, server: Server, ask: Ask) -> Request:
        """Return a request that a library answers as is known.

        :raises Wrong: it does not answer as it has to.
        """
        text = self.known(server, ask.path, ask.look)
        answer = self._folder / ANSWERS / answer_name(ask.query.encode())
        if server.peer.root == SMALL and not answer.exists():
            answer.write_bytes(text.body or b"")
        return text_request(ask.path, text)


def check_text(text: Text, check: Callable[[bytes], None]) -> None:
    """See that an answer is right.

    :raises Wrong: it is not.
    """
    try:
        check(text.body or b"")
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(f"answers with something else: {error!r}") from error


def warm(_: Shelves, server: Server) -> None:
    """Wait until a library has scanned its folders.

    :raises DoesNotStart: it does not come to an end.
    """
    if not server.peer.name.startswith("ours-"):
        return
    deadline = monotonic() + SCAN_SECONDS
    while monotonic() < deadline:
        text = Text()
        path = "/videos/-/api/videos?recursive=true&limit=1"
        drive(server.address, [text_request(path, text)], connections=1)
        if not json.loads(text.body or b"")["scanning"]:
            return
    raise DoesNotStart(f"{server.peer.name} still scans after {SCAN_SECONDS:g} seconds")
