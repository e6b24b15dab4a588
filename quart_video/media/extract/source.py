"""Open a file with libav, in a child process, and in a way that no file can lead it elsewhere.

Some formats name other files and addresses. The demuxers of those are left out, and libav may use
no protocol but the one descriptor it is given.
"""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import av
from av.container import InputContainer

from quart_video.media.extract.ebml import ReadAt
from quart_video.media.workers.remote_file import BLOCK, RemoteFile

_FORMATS = (
    "aac,aiff,asf,asf_o,avi,caf,dv,flac,flv,gxf,h264,hevc,ivf,live_flv,m4v,matroska,mov,mp3,mpeg,"
    "mpegts,mpegvideo,mxf,nsv,nut,obu,ogg,rm,swf,vc1,w64,wav,webm,wtv,wv"
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file of a task."""

    descriptor: int
    remote_size: int | None
    """Its size, where *descriptor* is a socket that its bytes come from; else ``None``."""
    blocks: OrderedDict[int, bytes] = field(default_factory=OrderedDict, repr=False, compare=False)
    """What was read of it last, where it is not on a local disk."""

    def file(self) -> Any:
        """Return a binary file to read from the start of."""
        if self.remote_size is not None:
            return io.BufferedReader(self._remote(), BLOCK)  # which reads all that is asked for
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        return open(os.dup(self.descriptor), "rb")  # the caller closes it

    def size(self) -> int:
        """Return how many bytes there are."""
        return os.fstat(self.descriptor).st_size if self.remote_size is None else self.remote_size

    def scattered(self) -> Callable[[int, int], bytes]:
        """Return what reads so many bytes at a position, beside those who read in a row."""
        if self.remote_size is None:
            return partial(os.pread, self.descriptor)
        return self._remote().read_at

    def _remote(self) -> RemoteFile:
        assert self.remote_size is not None
        return RemoteFile(os.dup(self.descriptor), self.remote_size, self.blocks)

    @contextmanager
    def reader(self) -> Iterator[ReadAt]:
        """Return what reads a few bytes here and there."""
        if self.remote_size is None:
            yield lambda offset, size: os.pread(self.descriptor, size, offset)
            return
        with self.file() as file:

            def read(offset: int, size: int) -> bytes:
                file.seek(offset)
                return bytes(file.read(size))

            yield read

    def open(self, *, edited: bool = True) -> InputContainer:
        """Open it with libav.

        :param edited: as the edit lists of an MP4 have it; else all that is there.
        :raises Exception: anything, for a file that is broken.
        """
        options = {"format_whitelist": _FORMATS, "protocol_whitelist": "fd"}
        if not edited:
            options["ignore_editlist"] = "1"
        if self.remote_size is None:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            where: Any = "fd:"
            options["fd"] = str(self.descriptor)
        else:
            where = self.file()
        container: InputContainer = av.open(where, "r", options=options, metadata_errors="replace")
        return container
