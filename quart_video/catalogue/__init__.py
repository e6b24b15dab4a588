"""What there is in a storage: listings, natural order, search, paging, and captions beside videos.

Rule 1: what is known is kept in an index, and whatever happens to that, the storage has the last
word: deleting it loses nothing.
Rule 2: ``gathering`` decides when to ask the storage, ``plan`` how to ask the index. All else that
decides is pure.
Rule 3: nothing of SQLite runs on the event loop.
"""

from quart_video.catalogue.catalogue import Catalogue
from quart_video.catalogue.index.folders import cursor_after
from quart_video.catalogue.pagination import BadCursor
from quart_video.catalogue.sidecars.captions import (
    CAPTION_FOLDERS,
    MOST_CAPTIONS,
    Caption,
    captions_in_folder,
    fold_stem,
)
from quart_video.catalogue.sidecars.languages import normalise_tag, preferred
from quart_video.catalogue.sidecars.marks import Marks, read_loose_marks
from quart_video.catalogue.sidecars.posters import IMAGE_EXTENSIONS, poster_of_folder
from quart_video.catalogue.sidecars.titles import stem_of, title_of
from quart_video.catalogue.text.natural import natural_key
from quart_video.catalogue.types import (
    SORTS,
    Contents,
    Finding,
    Item,
    Neighbours,
    Page,
    Query,
    Sort,
)

__all__ = [
    "CAPTION_FOLDERS",
    "IMAGE_EXTENSIONS",
    "MOST_CAPTIONS",
    "SORTS",
    "BadCursor",
    "Caption",
    "Catalogue",
    "Contents",
    "Finding",
    "Item",
    "Marks",
    "Neighbours",
    "Page",
    "Query",
    "Sort",
    "captions_in_folder",
    "cursor_after",
    "fold_stem",
    "natural_key",
    "normalise_tag",
    "poster_of_folder",
    "preferred",
    "read_loose_marks",
    "stem_of",
    "title_of",
]
