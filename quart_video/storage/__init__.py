"""Where the bytes of the media live. See :mod:`quart_video.storage.base` for the protocol."""
