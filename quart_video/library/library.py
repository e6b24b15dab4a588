"""What one mount serves."""

from __future__ import annotations

from dataclasses import dataclass, field

from quart_video.background import Activity
from quart_video.catalogue import Catalogue
from quart_video.library.authorization import Authorizer
from quart_video.library.health import Health
from quart_video.library.listing_cache import ListingResponseCache
from quart_video.media import DerivativeService, Movies
from quart_video.media_types import extension
from quart_video.policy.cache_control import Audience
from quart_video.policy.sendfile import SendfileHeader
from quart_video.policy.transfer_limits import TransferLimiter
from quart_video.policy.url_signer import UrlSigner
from quart_video.settings import Settings
from quart_video.storage.base import Signer, Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What one mount serves: its settings, what there is, and where the bytes are."""

    settings: Settings
    storage: Storage
    catalogue: Catalogue
    health: Health
    sendfile_header: SendfileHeader | None
    """How the server in front is told to send the media; ``None``: we send them."""
    signer: Signer | None
    """What clients are sent on to for the media; ``None``: we send them."""
    name: str
    """Tells this library from all others that share a cache."""
    place: str
    """What its files are told from those of others by, wherever it is moved or copied to."""
    derivatives: DerivativeService | None
    """Looks into videos; ``None``: nobody does."""
    movies: Movies | None
    """Opens videos as MP4s; ``None``: they are not offered."""
    transfer_limiter: TransferLimiter | None
    """Counts transfers; ``None``: there may be any number."""
    mount: str
    """Full name of the blueprint as registered."""
    authorizer: Authorizer | None
    """Asks the app who may have what; ``None``: everybody may have all."""
    url_signer: UrlSigner | None
    """Signs our own addresses; ``None``: there is no key for it."""
    listing_cache: ListingResponseCache = field(default_factory=ListingResponseCache)
    """The last listings, for who asks again."""
    accompanied: list[Activity] = field(default_factory=list)
    """What runs beside it, for as long as it is open."""

    @property
    def activities(self) -> list[Activity]:
        """How all that runs in the background stands."""
        return [*self.catalogue.activities, *self.accompanied]

    @property
    def unreadable_folders(self) -> int:
        """How many folders could not be read when they were last looked into."""
        return self.catalogue.unreadable

    def media_type(self, path: str) -> str | None:
        """Return the type that the media at *path* is served with; ``None``: it is not served."""
        return self.settings.types.get(extension(path))

    @property
    def protected(self) -> bool:
        """Whether what one may have is not for everybody, nor for caches that all share."""
        return self.authorizer is not None or self.settings.signed_urls

    def audience(self, *, is_signed: bool = False) -> Audience:
        """Return whom an answer of this mount is for.

        :param is_signed: whether the address that was asked for carries a signature.
        """
        return Audience(
            private=self.protected or is_signed,
            is_signed=is_signed,
            hands_out_signatures=self.settings.signed_urls,
            max_age=self.settings.max_age,
        )
