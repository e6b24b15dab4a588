"""Credentials from the files that the tools of Amazon keep them in, which obstore does not read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from configparser import ConfigParser, Error

_NAMES = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
    "region": "region",
    "endpoint_url": "endpoint",
}
"""What the files call it, and what obstore does."""


def with_profile(options: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Add to the options of S3 what a profile of ``~/.aws`` says and they do not.

    The profile is named by the option ``profile``, else by ``AWS_PROFILE``, else it is the default.
    Keys that are given in another way go before all of it.

    :raises ValueError: the profile that is named is not there, or a file cannot be read.
    """
    rest = {name: value for name, value in options.items() if name != "profile"}
    named = options.get("profile") or environment.get("AWS_PROFILE")
    given = any(name.removeprefix("aws_") == "access_key_id" for name in rest)
    if given or (not options.get("profile") and "AWS_ACCESS_KEY_ID" in environment):
        return rest
    found = _read(named or "default", environment)
    if named and not found:
        raise ValueError(f"there is no profile {named!r} in ~/.aws")
    if "AWS_REGION" in environment or "AWS_DEFAULT_REGION" in environment:
        found.pop("region", None)
    return found | rest


def _read(profile: str, environment: Mapping[str, str]) -> dict[str, str]:
    home = os.path.join(os.path.expanduser("~"), ".aws")
    section = profile if profile == "default" else f"profile {profile}"
    places = (
        (environment.get("AWS_CONFIG_FILE") or os.path.join(home, "config"), section),
        (
            environment.get("AWS_SHARED_CREDENTIALS_FILE") or os.path.join(home, "credentials"),
            profile,
        ),
    )
    found = {}
    for path, name in places:
        parser = ConfigParser(interpolation=None, default_section="")
        try:
            parser.read(path, encoding="utf-8")
        except (Error, UnicodeDecodeError) as error:
            raise ValueError(f"{path} cannot be read: {type(error).__name__}") from None
        if parser.has_section(name):
            for key, value in parser[name].items():
                if key in _NAMES and value:
                    found[_NAMES[key]] = value
    return found
