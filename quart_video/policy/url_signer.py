"""Signed URLs: whoever has one may have the media, until it expires. No IO, no Quart.

A signature names the mount, the kind of file, its path and the end of its time, and may name the
client. It says nothing of the key it was made with, so that keys can be exchanged.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence

from itsdangerous import Signer

PARAMETER = "signature"
"""Name of the parameter in an address."""

_SALT = b"quart_video.policy.url_signer"
# One spelling for one grant: no zero before a number, and no bits in the last letter of 43 that the
# 32 bytes of the signature do not fill (RFC 4648, section 3.5).
_TOKEN = re.compile(
    r"(?P<expires>0|[1-9][0-9]{0,11})(?P<bound>~)?\."
    r"(?P<signature>[\w-]{42}[AEIMQUYcgkosw048])",
    re.ASCII,
)
_STEPS = 8


class UrlSigner:
    """Signs, and looks at signatures, for one mount.

    :param keys: the newest first. It signs, and all of them are accepted.
    :param mount: full name of the blueprint as registered.
    """

    def __init__(self, keys: Sequence[str | bytes], mount: str) -> None:
        # Derived once, and not for each of the hundreds of addresses on a page.
        signers = [
            Signer(key, salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)
            for key in keys
        ]
        self._signer = Signer(
            [signer.derive_key() for signer in reversed(signers)],
            key_derivation="none",
            digest_method=hashlib.sha256,
        )
        self._mount = mount

    def sign(self, kind: str, path: str, *, expires: int, client: str | None = None) -> str:
        """Return the value of the parameter.

        :param kind: of the file, as there may be several of one path.
        :param expires: seconds since the epoch.
        :param client: for whom alone it is; ``None``: for everybody.
        """
        signature = self._signer.get_signature(self._message(kind, path, expires, client))
        return f"{expires}{'~' * (client is not None)}.{signature.decode()}"

    def sign_alike(self, kind: str, path: str, token: str, *, client: str) -> str:
        """Return a signature for something else, for as long and for whom another one is.

        :param token: a signature that nothing is wrong with.
        :param client: who uses it.
        """
        match = _TOKEN.fullmatch(token)
        assert match is not None
        bound = client if match["bound"] else None
        return self.sign(kind, path, expires=int(match["expires"]), client=bound)

    def problem(self, kind: str, path: str, token: str, *, now: float, client: str) -> str | None:
        """Say what is wrong with a signature, for the log; ``None``: nothing is.

        :param client: who uses it.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            return "the signature is none of ours"
        expires = int(match["expires"])
        message = self._message(kind, path, expires, client if match["bound"] else None)
        # In constant time, and before all else: only what we have written is looked at.
        if not self._signer.verify_signature(message, match["signature"]):
            return "the signature is for something else, for somebody else, or made up"
        if expires <= now:
            return f"the signature expired {now - expires:.0f} seconds ago"
        return None

    def _message(self, kind: str, path: str, expires: int, client: str | None) -> bytes:
        # In JSON no two lists are written the same, whatever is in a path.
        return json.dumps([self._mount, kind, path, expires, client]).encode()


def round_expiry(now: float, lifetime: int) -> int:
    """Return when what is signed now expires: in *lifetime* seconds, or up to an eighth later.

    Pages that are made within a while then have the same addresses in them, and browsers find what
    they have already.
    """
    step = max(1, lifetime // _STEPS)
    return -int(-(now + lifetime) // step) * step
