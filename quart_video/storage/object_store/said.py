"""What a store, or obstore of it, says when something is wrong. Pure.

The texts hold addresses, keys and what the store wrote: none of it is passed on, but the code that
a store gives to a kind of error.
"""

from __future__ import annotations

import re

# As in: Server returned non-2xx status code: 403 Forbidden
_STATUS = re.compile(r"status code: (\d{3})")

# As in: <Error><Code>AccessDenied</Code>, of all three
_CODE = re.compile(r"<Code>([A-Za-z][A-Za-z0-9.]{0,60})</Code>")

_ARCHIVED = "it is in an archive of the store, and has to be restored before it can be read"
_EXPIRED = "the credentials have expired; new ones are needed"
_UNKNOWN = "the store refuses us; are the credentials right? It does not know the key"
_UNSIGNED = "the store refuses us; are the credentials right, the secret key above all?"
_ENCRYPTED = (
    "the store cannot decrypt it; is the key there, and do the credentials allow to use it?"
)
_CODES = {
    "InvalidObjectState": _ARCHIVED,  # of S3
    "BlobArchived": _ARCHIVED,  # of Azure
    "RequestTimeTooSkewed": "the clock of this machine is wrong, says the store",
    "AuthorizationHeaderMalformed": (
        "the store leads elsewhere; is the region of VIDEO_STORE_OPTIONS that of the bucket?"
    ),
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "TokenRefreshRequired": _EXPIRED,
    "InvalidToken": _UNKNOWN,
    "InvalidAccessKeyId": _UNKNOWN,
    "InvalidSecurity": _UNKNOWN,
    "SignatureDoesNotMatch": _UNSIGNED,
    "AuthenticationFailed": _UNSIGNED,  # of Azure
    "KMS.AccessDeniedException": _ENCRYPTED,
    "KMS.DisabledException": _ENCRYPTED,
    "KMS.InvalidStateException": _ENCRYPTED,
    "KMS.KMSInvalidStateException": _ENCRYPTED,
    "KMS.NotFoundException": _ENCRYPTED,
}
"""What it means that a store gives such a code."""

_OF_CREDENTIALS = {_EXPIRED, _UNKNOWN, _UNSIGNED, _CODES["RequestTimeTooSkewed"]}

_OF_BUCKET = {"NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted"}

_OTHER_BYTES = (
    "the store does not say that it sends the bytes that were asked for (Content-Range; RFC 9110, "
    "section 14.4)"
)
_TEXTS = {
    "Received redirect without LOCATION": _CODES["AuthorizationHeaderMalformed"],
    "source: UnexpectedRange": _OTHER_BYTES,
    "source: NoContentRange": _OTHER_BYTES,
    "source: ParseContentRange": _OTHER_BYTES,
    "source: Header {": "what the store says of it cannot be read: its Content-Length, "
    "Last-Modified or ETag; does anything on the way change them?",
    "error: InvalidCertificate(": "the certificate at the endpoint is not trusted: it has expired, "
    "is of another name, or root_certificate in VIDEO_STORE_OPTIONS has to be that of who signed "
    "it",
    "error: InvalidMessage(": "what is at the endpoint does not speak TLS; is it http://, with "
    '"allow_http": True in VIDEO_STORE_OPTIONS?',
    '"dns error",': "the name of the store is not known; is the endpoint of VIDEO_STORE_OPTIONS "
    "right, and does DNS work on this machine?",
    "source: BadScheme,": 'an endpoint with http:// takes "allow_http": True in '
    "VIDEO_STORE_OPTIONS",
    "TunnelUnsuccessful": "the proxy does not lead to the store; are proxy_url in "
    "VIDEO_STORE_OPTIONS, HTTPS_PROXY and NO_PROXY right?",
}
"""What it means that obstore says so. A quote in a key would have a backslash before it."""


def status(text: str) -> int | None:
    """Return the status that the store answered with."""
    match = _STATUS.search(text)
    return int(match[1]) if match else None


def _code(text: str) -> str:
    match = _CODE.search(text)
    return match[1] if match else ""


def quoted(text: str) -> str:
    """Return the code of the error, as it may stand behind a sentence; empty if there is none."""
    code = _code(text)
    return f" ({code})" if code else ""


def words(text: str) -> str | None:
    """Say what is wrong and what to do about it, where that is known."""
    if found := _CODES.get(_code(text)):
        return found
    return next((meaning for saying, meaning in _TEXTS.items() if saying in text), None)


def is_of_credentials(text: str) -> bool:
    """Say whether the credentials are what is wrong, and not what was asked for."""
    return _CODES.get(_code(text)) in _OF_CREDENTIALS


def is_of_bucket(text: str) -> bool:
    """Say whether it is the bucket that is not there."""
    return _code(text) in _OF_BUCKET
