"""What there is in a storage: listings, natural order, search, paging, and captions beside videos.

Rule 1: what is known is kept in an index, and whatever happens to that, the storage has the last
word: deleting it loses nothing.
Rule 2: ``gathering`` decides when to ask the storage, ``plan`` how to ask the index. All else that
decides is pure.
Rule 3: nothing of SQLite runs on the event loop.
"""

from quart_video.catalogue.captions import Caption
from quart_video.catalogue.catalogue import Catalogue
from quart_video.catalogue.cursor import BadCursor
from quart_video.catalogue.facts import SORTS, Item, Neighbours, Page, Query, Sort
from quart_video.catalogue.natural import natural_key
from quart_video.catalogue.titles import title_of

__all__ = [
    "SORTS",
    "BadCursor",
    "Caption",
    "Catalogue",
    "Item",
    "Neighbours",
    "Page",
    "Query",
    "Sort",
    "natural_key",
    "title_of",
]
