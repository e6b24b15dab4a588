from __future__ import annotations

from pathlib import Path

import pytest

from quart_video.storage.object_store.aws_profile import with_profile

CREDENTIALS = """
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = a%secret
[work]
aws_access_key_id = WORK
aws_secret_access_key = b
aws_session_token = t
"""
CONFIG = """
[default]
region = eu-1
output = json
[profile work]
region = us-2
endpoint_url = https://example.org
"""
DEFAULT = {"access_key_id": "DEFAULT", "secret_access_key": "a%secret", "region": "eu-1"}
WORK = {
    "access_key_id": "WORK",
    "secret_access_key": "b",
    "session_token": "t",
    "region": "us-2",
    "endpoint": "https://example.org",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "credentials").write_text(CREDENTIALS)
    (tmp_path / "config").write_text(CONFIG)
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
    }


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        pytest.param({}, {}, DEFAULT, id="default"),
        pytest.param({"profile": "work"}, {}, WORK, id="option"),
        pytest.param({}, {"AWS_PROFILE": "work"}, WORK, id="environment"),
        pytest.param({}, {"AWS_ACCESS_KEY_ID": "x"}, {}, id="keys-in-the-environment"),
        pytest.param({"access_key_id": "x"}, {}, {"access_key_id": "x"}, id="keys-in-the-options"),
        pytest.param({"region": "r"}, {}, DEFAULT | {"region": "r"}, id="region-in-the-options"),
        pytest.param(
            {"profile": "work"}, {"AWS_ACCESS_KEY_ID": "x"}, WORK, id="option-before-environment"
        ),
        pytest.param(
            {},
            {"AWS_REGION": "r"},
            {key: value for key, value in DEFAULT.items() if key != "region"},
            id="region-in-the-environment",
        ),
    ],
)
def test_profile(
    files: dict[str, str],
    options: dict[str, str],
    environment: dict[str, str],
    expected: dict[str, str],
) -> None:
    assert with_profile(options, files | environment) == expected


def test_no_such_profile(files: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no profile 'other'"):
        with_profile({"profile": "other"}, files)


def test_no_files(tmp_path: Path) -> None:
    environment = {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no"),
        "AWS_CONFIG_FILE": str(tmp_path / "no"),
    }
    assert with_profile({"region": "r"}, environment) == {"region": "r"}


def test_a_file_that_cannot_be_read(files: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("aws_secret_access_key = SECRET")
    with pytest.raises(ValueError, match="cannot be read") as caught:
        with_profile({}, files)
    assert "SECRET" not in str(caught.value)
