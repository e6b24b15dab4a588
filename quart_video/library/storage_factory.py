"""From the settings to a storage: a folder, a bucket, or one that the app brings along."""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Collection
from contextlib import suppress
from itertools import islice

from quart_video.library import root_advice
from quart_video.settings import ConfigurationError, Settings
from quart_video.storage.base import Signer, Storage
from quart_video.storage.local.storage import LocalStorage
from quart_video.storage.object_store.url import Location

_STREAM = "video/mp2t"
_MOST_BESIDE = 1000  # names that are looked at for one that may be meant


def open_storage(settings: Settings, *, reserved: Collection[str], cache: str) -> Storage:
    """Return the storage that the setting ``media_root`` names.

    :param reserved: names in the root that are taken as absent.
    :param cache: path of a folder that is taken as absent, should it be in the root.
    :raises ConfigurationError: it cannot be used; the message says what to do.
    """
    storage = _open(settings, reserved, cache)
    if settings.store_delivery == "redirect" and not isinstance(storage, Signer):
        raise ConfigurationError(
            'VIDEO_STORE_DELIVERY is "redirect", and MEDIA_ROOT is no object store that clients '
            'could be sent on to. Set VIDEO_STORE_DELIVERY to "proxy".'
        )
    return storage


def _open(settings: Settings, reserved: Collection[str], cache: str) -> Storage:
    root = settings.media_root
    if isinstance(root, str):
        local = LocalStorage(
            root,
            threads=settings.read_threads,
            reserved=reserved,
            hidden=_paths_of_cache(cache, root),
            streams=_streams(settings),
        )
        _check_root(local.root, root)
        return local
    if settings.sendfile != "off":
        raise ConfigurationError(
            "VIDEO_SENDFILE has a server in front send files of this machine, and MEDIA_ROOT is "
            'none of its folders. Set VIDEO_SENDFILE to "off".'
        )
    return _bucket(root, settings, reserved) if isinstance(root, Location) else root


def storage_name(settings: Settings) -> str:
    """Return what tells the storage that ``media_root`` names from others, on any machine."""
    root = settings.media_root
    if isinstance(root, Location):
        return f"{root} {settings.store_options.get('endpoint', '')}"
    return os.path.abspath(os.path.expanduser(root)) if isinstance(root, str) else ""


def _bucket(location: Location, settings: Settings, reserved: Collection[str]) -> Storage:
    try:
        # Only here: it takes an extra, and a folder is to be served without.
        from quart_video.storage.object_store.client import BadOption, Bucket  # noqa: PLC0415
        from quart_video.storage.object_store.storage import ObjectStorage  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f'MEDIA_ROOT is "{location}", and what speaks with object stores is not installed '
            f'({error.name}). Install it: pip install "quart-video[cloud]"'
        ) from error
    try:
        bucket = Bucket(
            location,
            settings.store_options,
            connections=settings.store_connections,
            timeout=settings.store_timeout,
        )
    except BadOption as error:
        raise ConfigurationError(
            f'MEDIA_ROOT is "{location}", which cannot be set up: {error}. See VIDEO_STORE_OPTIONS.'
        ) from None
    return ObjectStorage(bucket, reserved=reserved, streams=_streams(settings))


def _streams(settings: Settings) -> Collection[str]:
    return [name for name, kind in settings.types.items() if kind == _STREAM]


def _paths_of_cache(cache: str, root: str) -> Collection[str]:
    """Return the paths below the root by which the cache can be come by, if it is in it.

    :raises ConfigurationError: the root is the cache, or in it.
    """
    root = os.path.expanduser(root)
    paths = {os.path.relpath(way(cache), way(root)) for way in (os.path.abspath, os.path.realpath)}
    if any({os.curdir, os.pardir}.issuperset(path.split(os.sep)) for path in paths):
        raise ConfigurationError(
            f"VIDEO_CACHE is {cache!r}, and MEDIA_ROOT is the same folder, or one in it. What is "
            'in the cache may be deleted at any time. Set app.config["VIDEO_CACHE"] to a folder '
            "of its own."
        )
    return [path for path in paths if not path.startswith(os.pardir + os.sep)]


def _check_root(root: str, given: str) -> None:
    remedy = root_advice.SET_IT
    try:
        with os.scandir(root):
            pass
    except FileNotFoundError:
        problem = "does not exist"
        remedy = root_advice.for_missing(given, root, _beside(root))
    except NotADirectoryError:
        problem = "is not a folder"
    except PermissionError as error:
        problem = f"cannot be read ({error.strerror})"
        remedy = root_advice.for_unreadable(_user())
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return  # that is no fault of the folder, and soon over
        problem = f"cannot be read ({error.strerror})"
    else:
        return
    raise ConfigurationError(f"MEDIA_ROOT is {root!r}, which {problem}. {remedy}")


def _beside(root: str) -> list[str]:
    """Return names of folders in the one that the root would be in, as far as that can be read."""
    with suppress(OSError), os.scandir(os.path.dirname(root)) as entries:
        return [entry.name for entry in islice(entries, _MOST_BESIDE) if entry.is_dir()]
    return []


def _user() -> str:
    """Return the name of the user that the process runs as, or the number of one without."""
    with suppress(KeyError):
        return pwd.getpwuid(os.geteuid()).pw_name
    return str(os.geteuid())
