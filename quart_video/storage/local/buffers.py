"""Memory to read into that needs no copy: it is the ``bytes`` that will be handed out.

``os.preadv`` can be told not to wait for a disk, but only fills memory that may be written to, and
what is sent has to be ``bytes``. A buffer that is copied from costs a fifth of all that reading
does. So a ``bytes`` object is made without content, as C code makes them, and filled before anyone
else sees it.
"""

from __future__ import annotations

import ctypes

from quart_video.storage.local.chunk_size import LARGE

_Room = ctypes.c_char * LARGE  # one type for all sizes: making one costs more than a chunk

_new = ctypes.pythonapi.PyBytes_FromStringAndSize
_new.restype, _new.argtypes = ctypes.py_object, (ctypes.c_char_p, ctypes.c_ssize_t)
_address = ctypes.pythonapi.PyBytes_AsString
_address.restype, _address.argtypes = ctypes.c_void_p, (ctypes.py_object,)

_KEPT = 8 * 1024 * 1024
"""Bytes of a block after whose release malloc of glibc maps no smaller one anew, and keeps twice as
many for later."""


def new_chunk(size: int) -> tuple[bytes, memoryview]:
    """Return *size* bytes whose content is undefined, and the view by which to define it, once.

    :param size: 1 to :data:`LARGE`.
    """
    chunk: bytes = _new(None, size)
    room = _Room.from_address(_address(chunk))
    return chunk, memoryview(room).cast("B")[:size]


def keep_freed_memory() -> None:
    """Have malloc reuse the memory of chunks, rather than give it back after each one.

    Else the kernel clears every page of every chunk, which costs as much as reading into it. What
    glibc learns from the first large block that is freed, it would learn from one of the app's,
    too; this is to be sure. Any other malloc takes no notice.
    """
    bytes(_KEPT)
