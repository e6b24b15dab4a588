"""What the app allows one request: asked once about each thing, and about many at a time.

Rule 1: a video may be had by who may have it and every folder that it is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video.catalogue import Item
from quart_video.delivery.context import this_request
from quart_video.library.authorization import Access, Authorizer, Resource, Verdict
from quart_video.storage.base import Entry

BATCH = 500
"""Videos to ask about in one go."""

NOTHING = "There is nothing at this address."
FORBIDDEN = "You may not have this."

_MOST_NAMES = 100
"""Names in a path that anything is asked about. There is one question about each, and a path that
anybody sends may have two thousand. Where the app decides, what lies deeper is not there."""
_MOST_ASKED = 10_000
"""Videos that one page of a listing asks about, at most."""

Home = tuple[str, str | None]
"""A folder, and how the names of the videos in it begin that captions may belong to."""


class Judge:
    """Asks the app, and keeps what it has answered for as long as a request lasts.

    :param authorizer: ``None``: nobody is asked, and everything may be had.
    :param mount: full name of the blueprint as registered.
    """

    def __init__(self, authorizer: Authorizer | None, mount: str) -> None:
        self._authorizer = authorizer
        self._mount = mount
        self._known: dict[Resource, Verdict] = {}
        self._asked = 0

    @property
    def asks(self) -> bool:
        """Whether anybody is asked."""
        return self._authorizer is not None

    @property
    def has_asked_enough(self) -> bool:
        """Whether a listing is to end, as it has asked about so many videos."""
        return self._asked >= _MOST_ASKED

    def forget(self) -> None:
        """Let go of what has been answered: it may be asked again."""
        self._known.clear()

    async def require_video(self, path: str) -> None:
        """Let pass who may have a video.

        :raises werkzeug.exceptions.HTTPException: it may not be had.
        """
        if self.asks:
            await self._require(self._chain(path))

    async def require_folder(self, path: str) -> None:
        """Let pass who may have a folder.

        :raises werkzeug.exceptions.HTTPException: it may not be had.
        """
        if self.asks:
            await self._require(self._folders(path))

    async def require_one_of(self, paths: Sequence[str]) -> None:
        """Let pass who may have one of some videos.

        :raises werkzeug.exceptions.HTTPException: none of them may be had, or there is none.
        """
        chains = [self._chain(path) for path in paths]
        await self._judge([resource for chain in chains for resource in chain])
        verdicts = [self._verdict(chain) for chain in chains]
        if Access.ALLOW not in verdicts:
            _enforce(verdicts[0] if verdicts else Access.HIDE)

    async def allowed_homes(self, homes: Sequence[Home]) -> list[Home]:
        """Return those of some folders that may be seen.

        They are asked about before anything is looked up in them.

        :raises werkzeug.exceptions.HTTPException: none of them may be seen.
        """
        chains = [(home, self._folders(home[0])) for home in homes]
        await self._judge(folder for _, chain in chains for folder in chain)
        verdicts = [self._verdict(chain) for _, chain in chains]
        if Access.ALLOW not in verdicts:
            _enforce(verdicts[0])
        return [
            home
            for (home, _), verdict in zip(chains, verdicts, strict=True)
            if verdict is Access.ALLOW
        ]

    async def allowed(self, items: Sequence[Item]) -> list[Item]:
        """Return the videos that may be seen. Those in hidden folders are not asked about."""
        if not self.asks:
            return list(items)
        items = [item for item in items if not is_too_deep(item.entry.path)]
        chains = [(item, self._folders(item.entry.folder)) for item in items]
        await self._judge(folder for _, chain in chains for folder in chain)
        inside = [item for item, chain in chains if self._verdict(chain) is Access.ALLOW]
        return (await self.allowed_of((), inside))[1]

    async def allowed_of(
        self, folders: Sequence[Entry], items: Sequence[Item]
    ) -> tuple[list[Entry], list[Item]]:
        """Return the folders and videos that may be seen; one question for all."""
        if not self.asks:
            return list(folders), list(items)
        above = [
            (entry, self._folders(entry.path)) for entry in folders if not is_too_deep(entry.path)
        ]
        chains = [
            (item, self._chain(item.entry.path))
            for item in items
            if not is_too_deep(item.entry.path)
        ]
        await self._judge(one for _, chain in (*above, *chains) for one in chain)
        return (
            [entry for entry, chain in above if self._verdict(chain) is Access.ALLOW],
            [item for item, chain in chains if self._verdict(chain) is Access.ALLOW],
        )

    async def _require(self, chain: Sequence[Resource]) -> None:
        """Let pass who may have all of *chain*, which leads from the root to what is wanted."""
        await self._judge(chain)
        _enforce(self._verdict(chain))

    def _chain(self, path: str) -> list[Resource]:
        """Return all that a request has to be allowed for a video: its folders, and itself."""
        video = Resource(path, is_folder=False, mount=self._mount)
        return [*self._folders(path.rpartition("/")[0]), video]

    def _folders(self, path: str) -> list[Resource]:
        names = path.split("/") if path else []
        paths = ["", *("/".join(names[: n + 1]) for n in range(len(names)))]
        return [Resource(folder, is_folder=True, mount=self._mount) for folder in paths]

    async def _judge(self, resources: Iterable[Resource]) -> None:
        """Ask about all that has not been asked about in this request."""
        new = [one for one in dict.fromkeys(resources) if one not in self._known]
        if new and self._authorizer is not None:
            self._asked += sum(not one.is_folder for one in new)
            verdicts = await self._authorizer.judge(this_request(), new)
            self._known.update(zip(new, verdicts, strict=True))

    def _verdict(self, chain: Sequence[Resource]) -> Verdict:
        verdicts = (self._known[resource] for resource in chain)
        return next((one for one in verdicts if one is not Access.ALLOW), Access.ALLOW)


def is_too_deep(path: str) -> bool:
    """Say whether nothing at *path* is asked about, and all of it is hidden."""
    return path.count("/") >= _MOST_NAMES


def _enforce(verdict: Verdict) -> None:
    if isinstance(verdict, HTTPException):
        raise verdict
    if verdict is Access.HIDE:
        raise HTTPNotFound(NOTHING)
    if verdict is not Access.ALLOW:
        raise Forbidden(FORBIDDEN)
