"""The virtual MP4: a film in another shell, answered by ranges, without a copy of it.

An index says which bytes of the source stand at which bytes of the MP4. Of the MP4 itself nothing
is kept but its head: every range of it is answered out of that head and out of ranges of the
source.

Rule 1: nothing here imports Quart or PyAV.
Rule 2: a byte is sent only if it is of the version of the source that was indexed.
Rule 3: no answer holds more memory than one of a plain file does: a chunk, and a block of the
index, which all answers share.
"""

from quart_video.remux.index_cache import IndexCache
from quart_video.remux.virtual import VirtualMedia

__all__ = ["IndexCache", "VirtualMedia"]
