"""Looking after the file of an index, in the background.

Rule 1: an index that had to go to memory, as its disk was full, goes back when there is room.
Rule 2: what a big removal leaves empty is given back to the disk, in steps that hold up nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from time import monotonic

from quart_video.background import Activity, BackOff
from quart_video.catalogue.index import file, writes
from quart_video.catalogue.index.index import Busy, Index
from quart_video.storage.base import StorageError

logger = logging.getLogger("quart_video")

_LOOK = 5.0
"""Seconds between two looks at how the file is."""

_LONGEST_PAUSE = 60.0
"""Seconds between two tries to go back to the disk, at most."""

_SHARE = 0.2
"""How much of the time may go into giving room back: others write in the rest."""


class Upkeep:
    """What an index needs, for as long as the process runs.

    :param is_ours: says whether it is for this process to do what one does for all.
    :param returned: called when what is known is that of the file once more.
    """

    def __init__(
        self, index: Index, is_ours: Callable[[], bool], returned: Callable[[], None]
    ) -> None:
        self.activity = Activity("Looking after the index")
        self._index = index
        self._is_ours = is_ours
        self._returned = returned

    async def run(self) -> None:
        """Look after it, until cancelled."""
        tries = BackOff()
        while True:
            try:
                if self._index.is_displaced:
                    await self._return_to_disk(tries)
                elif self._is_ours() and await self._index.read(file.has_much_room):
                    await self._give_room_back()
                if not self._index.is_displaced:
                    self.activity.fine()
            except (Busy, StorageError) as error:  # so it is for all, and tried again
                self.activity.trouble(str(error))
            if not self._index.is_displaced:
                await asyncio.sleep(_LOOK)

    async def _return_to_disk(self, tries: BackOff) -> None:
        self.activity.trouble("the index is in memory, as its folder cannot be written to")
        await asyncio.sleep(min(tries.pause(), _LONGEST_PAUSE))
        tries.begin()
        if await self._index.return_to_disk():
            self._returned()

    async def _give_room_back(self) -> None:
        before = await self._index.read(file.size)
        if await self._repeat(partial(writes.merge_search, begin=True)):
            while await self._repeat(partial(writes.merge_search, begin=False)):
                pass
        while await self._repeat(file.give_room_back):
            pass
        await self._index.checkpoint()
        after = await self._index.read(file.size)
        logger.info("The index of videos has become smaller: %d bytes, after %d", after, before)

    async def _repeat(self, step: Callable[..., bool]) -> bool:
        """Do one step, rest for longer than it took, and say whether there is another."""
        began = monotonic()
        more = await self._index.write(step)
        await asyncio.sleep((monotonic() - began) * (1 / _SHARE - 1))
        return more
