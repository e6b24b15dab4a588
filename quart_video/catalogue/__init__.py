"""What there is in a storage: listings, natural order, search, paging, and captions beside videos.

Rule 1: everything is read from the storage when it is asked for; nothing is remembered.
Rule 2: one reading of each folder a listing touches, and no other access.
Rule 3: only ``shelf`` and ``listing`` wait for the storage; all else is pure.
"""

from quart_video.catalogue.captions import Caption
from quart_video.catalogue.cursor import BadCursor
from quart_video.catalogue.listing import Catalogue, Item, Neighbours, Page, Query
from quart_video.catalogue.natural import natural_key
from quart_video.catalogue.order import SORTS, Sort
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
