"""State: which mounts an app has, and what each of them serves.

Nothing of it is kept on the blueprint, which may be registered several times, in several apps.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from quart import Quart, current_app, request

from quart_video.background import Activity, keep_running
from quart_video.catalogue import Catalogue
from quart_video.delivery.signals import Announcer
from quart_video.http import Fields
from quart_video.library.authorization import Authorizer
from quart_video.library.health import Health
from quart_video.library.listing_cache import ListingResponseCache
from quart_video.library.storage_factory import open_storage, storage_name
from quart_video.media import DerivativeService, FolderCache, MemoryCache, available
from quart_video.media_types import extension
from quart_video.policy.sendfile import SendfileHeader, sendfile_header
from quart_video.policy.transfer_limits import Limits, TransferLimiter
from quart_video.policy.url_signer import UrlSigner
from quart_video.settings import ConfigurationError, Settings, configured, resolve
from quart_video.storage.base import Signer, Storage
from quart_video.storage.local.disk import Disk
from quart_video.storage.local.storage import LocalStorage
from quart_video.storage.object_store.url import Location

_OWN_NAMES = ("-",)
"""What all addresses below a mount that are ours begin with. A folder of the user's with this name
would have some of its files at the same addresses."""


@dataclass(frozen=True, slots=True)
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

    def media_type(self, path: str) -> str | None:
        """Return the type that the media at *path* is served with; ``None``: it is not served."""
        return self.settings.types.get(extension(path))

    @property
    def protected(self) -> bool:
        """Whether what one may have is not for everybody, nor for caches that all share."""
        return self.authorizer is not None or self.settings.signed_urls

    def media_headers(self, *, private: bool) -> Fields:
        """Return what media of this mount are sent with.

        :param private: whether they are for the one who asks.
        """
        return media_headers(
            self.settings.max_age,
            private=private,
            resource_policy=self.settings.cross_origin_resource_policy,
        )


@lru_cache(maxsize=64)  # they depend on settings, and are sent with every media
def media_headers(
    max_age: int | None, *, private: bool = False, resource_policy: str | None = None
) -> Fields:
    """Return the fields that do not follow from the media itself.

    :param max_age: seconds for which it may be kept, by anyone if it is not private; ``None``: it
        may be kept, but every use asks first.
    :param private: whether it may be kept by nobody but the browser that asked for it.
    """
    fields = [
        # A proxy that compresses or rescales on the way would corrupt a 206.
        ("Cache-Control", f"{_freshness(max_age, private=private)}, no-transform"),
        ("X-Content-Type-Options", "nosniff"),
        # Else nginx in front reads ahead into a file and cuts off what is over a gigabyte.
        ("X-Accel-Buffering", "no"),
    ]
    if resource_policy is not None:
        fields.append(("Cross-Origin-Resource-Policy", resource_policy))
    return tuple(fields)


def _freshness(max_age: int | None, *, private: bool) -> str:
    whose = "private" if private else "public"
    if max_age is not None:
        return f"{whose}, max-age={max_age}"
    return "private, no-cache" if private else "no-cache"


class Mount:
    """One registration of a blueprint in an app."""

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, object],
        options: Mapping[str, object],
        authorizer: Authorizer | None,
    ) -> None:
        self._name = name
        self._authorizer = authorizer
        self._arguments = arguments
        self._options = options
        self._library: Library | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def change(self, **arguments: object) -> None:
        """Give settings by name that go before all others; what is open already keeps its own."""
        self._arguments = {**self._arguments, **arguments}

    async def library(self, app: Quart) -> Library:
        """Return what this mount serves; the configuration of *app* is read on the first call.

        :raises ConfigurationError: a setting is missing, the media root cannot be used, or the app
            does not run on asyncio.
        """
        if self._library is None:
            _require_asyncio()
            settings = resolve(self._arguments, self._options, app.config)
            folder = _cache_folder(settings, app)
            storage = open_storage(settings, reserved=_OWN_NAMES, cache=folder)
            root = storage.root if isinstance(storage, LocalStorage) else ""
            # What a storage of the app's own holds, only the app knows, and nothing tells it from
            # others: nothing of it is kept.
            is_own = storage is settings.media_root
            cache = None if is_own else folder
            name = storage_name(settings)
            is_remote = isinstance(settings.media_root, Location)
            fresh = settings.store_refresh if is_remote else None
            self._library = Library(
                settings,
                storage,
                Catalogue(
                    storage,
                    settings.types,
                    cache=cache,
                    name=name,
                    fresh=fresh,
                    root=root or None,
                ),
                Health(str(settings.media_root), storage.check),
                sendfile_header(settings.sendfile, root),
                _signer(settings, storage),
                name,
                name if is_remote else self._name,
                _derivatives(settings, cache),
                _gate(settings),
                self._name,
                self._authorizer,
                _url_signer(settings, self._name, app.config),
            )
            if is_remote:
                # Not there now, it may be later: the app starts, and the log is told.
                await self._library.health.failure()
        return self._library

    def accompany(self, name: str, run: Callable[[Library], Awaitable[None]]) -> None:
        """Have ``run(library)`` go on in the background, until the library is closed.

        :param name: what it is called where its state is told.
        """
        library = self._library
        if library is None:
            return
        activity = Activity(name)
        library.accompanied.append(activity)
        task = asyncio.create_task(keep_running(activity, lambda: run(library)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Release what the library holds; it opens again when it is asked for."""
        library, self._library = self._library, None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if library is None:
            return
        async with AsyncExitStack() as stack:  # all of it, whatever one of them raises
            if library.storage is not library.settings.media_root:
                stack.push_async_callback(library.storage.aclose)
            if library.derivatives is not None:
                stack.push_async_callback(library.derivatives.aclose)
            stack.push_async_callback(library.catalogue.aclose)


def _require_asyncio() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise ConfigurationError(
            "quart-video needs asyncio, and this app runs on something else. Make it a quart.Quart "
            "in the place of a QuartTrio."
        ) from None


def _cache_folder(settings: Settings, app: Quart) -> str:
    folder = settings.cache or os.path.join(app.instance_path, "quart-video")
    return os.path.abspath(os.path.expanduser(folder))


def _signer(settings: Settings, storage: Storage) -> Signer | None:
    redirects = settings.store_delivery == "redirect"
    return storage if redirects and isinstance(storage, Signer) else None


def _derivatives(settings: Settings, cache: str | None) -> DerivativeService | None:
    most = settings.media_processes
    if most is None:
        most = max(1, (os.cpu_count() or 1) // 2)
    if most == 0 or not available():
        return None
    if cache is None:
        return DerivativeService(MemoryCache(), most=most)
    return DerivativeService(
        FolderCache(os.path.join(cache, "media"), settings.cache_size), most=most
    )


def _gate(settings: Settings) -> TransferLimiter | None:
    limits = Limits(settings.max_transfers, settings.max_transfers_per_client)
    return None if limits == Limits(None, None) else TransferLimiter(limits)


def _url_signer(settings: Settings, mount: str, config: Mapping[str, object]) -> UrlSigner | None:
    keys: list[Any] = list(settings.signing_keys)
    if not keys and config.get("SECRET_KEY"):
        keys = [config["SECRET_KEY"], *cast(Any, config.get("SECRET_KEY_FALLBACKS") or ())]
    if not keys and settings.signed_urls:
        raise ConfigurationError(
            "VIDEO_SIGNED_URLS is on, and there is no key to sign with. Set "
            'app.config["VIDEO_SIGNING_KEYS"] to a list of one long random text, or '
            "app.secret_key."
        )
    return UrlSigner(keys, mount) if keys else None


@dataclass(slots=True)
class AppState:
    """What the package keeps for one app."""

    mounts: dict[str, Mount] = field(default_factory=dict)
    """By the full, dotted name of the blueprint as registered."""
    disk: Disk | None = None
    """Threads for the files that the app's own views send."""
    announcer: Announcer = field(default_factory=Announcer)
    """Calls those who want to know of transfers."""
    warned_of_buffering: bool = False
    """Whether the log has been told that the server holds all that is sent in memory."""


def app_state(app: Quart) -> AppState:
    """Return the state of *app*, made when it is first asked for."""
    state: AppState | None = app.extensions.get("quart_video")
    if state is None:
        state = app.extensions["quart_video"] = AppState()
    return state


def app_disk() -> Disk:
    """Return the threads for the files that the current app's own views send."""
    state = app_state(current_app)
    if state.disk is None:
        state.disk = Disk(configured("read_threads", current_app.config))
    return state.disk


async def current_library() -> Library:
    """Return the library of the mount that the current request came in by."""
    mount = app_state(current_app).mounts[cast(str, request.blueprint)]
    return await mount.library(current_app)
