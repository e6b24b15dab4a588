"""List and stream a folder of videos from a Quart app."""

from quart_video.access.request_signature import is_signed
from quart_video.access.signed_urls import sign_url
from quart_video.blueprint import VideoBlueprint, video_bp
from quart_video.delivery.body import Outcome
from quart_video.delivery.signals import (
    MediaTransfer,
    transfer_aborted,
    transfer_finished,
    transfer_started,
)
from quart_video.library.authorization import Access, Resource
from quart_video.media import AudioTrack, Chapter, Details, TextTrack
from quart_video.models import (
    CaptionProblem,
    CaptionTrack,
    Folder,
    FullVideo,
    Listing,
    ListingQuery,
    Mp4,
    Mp4Audio,
    Video,
)
from quart_video.options import Options
from quart_video.settings import ConfigurationError, Settings
from quart_video.storage.base import FileFacts, Media
from quart_video.storage.memory import MemoryStorage
from quart_video.web.library_api import VideoLibrary, current_library, library
from quart_video.web.send_file import (
    MissingFileError,
    make_conditional,
    send_file,
    send_from_directory,
)

__all__ = [
    "Access",
    "AudioTrack",
    "CaptionProblem",
    "CaptionTrack",
    "Chapter",
    "ConfigurationError",
    "Details",
    "FileFacts",
    "Folder",
    "FullVideo",
    "Listing",
    "ListingQuery",
    "Media",
    "MediaTransfer",
    "MemoryStorage",
    "MissingFileError",
    "Mp4",
    "Mp4Audio",
    "Options",
    "Outcome",
    "Resource",
    "Settings",
    "TextTrack",
    "Video",
    "VideoBlueprint",
    "VideoLibrary",
    "__version__",
    "current_library",
    "is_signed",
    "library",
    "make_conditional",
    "send_file",
    "send_from_directory",
    "sign_url",
    "transfer_aborted",
    "transfer_finished",
    "transfer_started",
    "video_bp",
]

__version__ = "0.1.0"
