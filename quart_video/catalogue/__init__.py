"""What there is in a storage: listings, natural order, search, paging, and captions beside videos.

Rule 1: what is known is kept in an index, and whatever happens to that, the storage has the last
word: deleting it loses nothing.
Rule 2: ``gathering`` decides when to ask the storage, ``plan`` how to ask the index. All else that
decides is pure.
Rule 3: nothing of SQLite runs on the event loop.
"""

from quart_video.catalogue.captions import CAPTION_FOLDERS, Caption, Marks, captions_in_folder
from quart_video.catalogue.catalogue import Catalogue
from quart_video.catalogue.cursor import BadCursor
from quart_video.catalogue.facts import SORTS, Contents, Item, Neighbours, Page, Query, Sort
from quart_video.catalogue.folders import cursor_after
from quart_video.catalogue.languages import normalise_tag, preferred
from quart_video.catalogue.natural import natural_key
from quart_video.catalogue.posters import IMAGE_EXTENSIONS, poster_of_folder
from quart_video.catalogue.titles import stem_of, title_of

__all__ = [
    "CAPTION_FOLDERS",
    "IMAGE_EXTENSIONS",
    "SORTS",
    "BadCursor",
    "Caption",
    "Catalogue",
    "Contents",
    "Item",
    "Marks",
    "Neighbours",
    "Page",
    "Query",
    "Sort",
    "captions_in_folder",
    "cursor_after",
    "natural_key",
    "normalise_tag",
    "poster_of_folder",
    "preferred",
    "stem_of",
    "title_of",
]
