"""One registration of a blueprint in an app, and the library that it opens when first asked for."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

from quart import Quart

from quart_video.background import Activity, keep_running
from quart_video.catalogue import Catalogue
from quart_video.library.authorization import Authorizer
from quart_video.library.config_keys import key_warnings
from quart_video.library.descriptors import (
    descriptor_warning,
    load_what_requests_need,
    spare_the_log,
)
from quart_video.library.health import Health
from quart_video.library.library import Library
from quart_video.library.storage_factory import open_storage, storage_name
from quart_video.media import Audio, DerivativeService, FolderCache, MemoryCache, Movies, available
from quart_video.media.own_files import folder_problem
from quart_video.policy.sendfile import sendfile_header
from quart_video.policy.transfer_limits import Limits, TransferLimiter
from quart_video.policy.url_signer import UrlSigner
from quart_video.settings import ConfigurationError, MissingSettingError, Settings, resolve
from quart_video.storage.base import Signer, Storage
from quart_video.storage.local.storage import LocalStorage
from quart_video.storage.memory import MemoryStorage
from quart_video.storage.object_store.url import Location

logger = logging.getLogger("quart_video")

_OWN_NAMES = ("-",)
"""What all addresses below a mount that are ours begin with. A folder of the user's with this name
would have some of its files at the same addresses."""


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
        load_what_requests_need()  # not every server tells an app that it starts

    def change(self, **arguments: object) -> None:
        """Give settings by name that go before all others; what is open already keeps its own."""
        self._arguments = {**self._arguments, **arguments}

    @asynccontextmanager
    async def changed(self, **arguments: object) -> AsyncIterator[None]:
        """Have settings by name go before all others meanwhile.

        What is open is closed before and after, to be opened with what is then so.
        """
        kept = self._arguments
        await self.close()
        self.change(**arguments)
        try:
            yield
        finally:
            self._arguments = kept
            await self.close()

    async def library(self, app: Quart) -> Library:
        """Return what this mount serves; the configuration of *app* is read on the first call.

        :raises ConfigurationError: a setting is missing, the media root cannot be used, or the app
            does not run on asyncio.
        """
        if self._library is None:
            _require_asyncio()
            unread = key_warnings(app.config, os.environ)
            for told in unread:
                logger.warning("%s", told)
            spare_the_log()
            try:
                settings = resolve(self._arguments, self._options, app.config)
            except MissingSettingError as error:  # the last line is the one that is read
                raise ConfigurationError(" ".join([str(error), *unread])) from None
            if (warning := descriptor_warning(settings.max_transfers)) is not None:
                logger.warning("%s", warning)
            folder = _cache_folder(settings, app)
            _require_own_cache(folder)
            storage = open_storage(settings, reserved=_OWN_NAMES, cache=folder)
            root = storage.root if isinstance(storage, LocalStorage) else ""
            # What a storage of the app's own holds, only the app knows, and nothing tells it from
            # others: nothing of it is kept.
            is_own = storage is settings.media_root
            cache = None if is_own else folder
            name = storage_name(settings)
            is_remote = isinstance(settings.media_root, Location)
            fresh = settings.store_refresh if is_remote else None
            if isinstance(storage, MemoryStorage):
                fresh = 0.0  # a look costs nothing, and tests do not wait for what they have put in
            derivatives = _derivatives(settings, cache)
            catalogue = Catalogue(
                storage, settings.types, cache=cache, name=name, fresh=fresh, root=root or None
            )
            self._library = Library(
                settings=settings,
                storage=storage,
                catalogue=catalogue,
                health=Health(str(settings.media_root), catalogue.check),
                sendfile_header=sendfile_header(settings.sendfile, root),
                signer=_signer(settings, storage),
                name=name,
                place=name if is_remote else self._name,
                derivatives=derivatives,
                movies=_movies(settings, derivatives, is_remote=is_remote),
                transfer_limiter=_transfer_limiter(settings),
                mount=self._name,
                authorizer=self._authorizer,
                url_signer=_url_signer(settings, self._name, app.config),
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
            if library.movies is not None:
                stack.push_async_callback(library.movies.aclose)
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


def _require_own_cache(folder: str) -> None:
    """Refuse a folder in which others could put what we take for our own.

    :raises ConfigurationError: others may write to it.
    """
    for path in (folder, os.path.join(folder, "media"), os.path.join(folder, "catalogue")):
        if problem := folder_problem(path):
            raise ConfigurationError(
                f"VIDEO_CACHE cannot be {folder}: of {path}, {problem}, and what is kept there is "
                "sent as it is. Name a folder within it that is not there yet, which is made for "
                'this user alone, as app.config["VIDEO_CACHE"] = '
                f'"{os.path.join(folder, "quart-video")}"; or take the right to write from others.'
            )


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


def _movies(
    settings: Settings, derivatives: DerivativeService | None, *, is_remote: bool
) -> Movies | None:
    if derivatives is None or not settings.mp4 or (is_remote and not settings.mp4_store):
        return None
    return Movies(derivatives, audio=cast(Audio, settings.mp4_audio))


def _transfer_limiter(settings: Settings) -> TransferLimiter | None:
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
