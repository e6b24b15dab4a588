from __future__ import annotations

import pytest

from quart_video.storage.object_store.url import Location, is_url, parse_location


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://bucket", Location("s3", "bucket")),
        ("s3://bucket/", Location("s3", "bucket")),
        ("S3://my.bucket-1/a/b/", Location("s3", "my.bucket-1", "a/b")),
        ("s3a://bucket/a", Location("s3", "bucket", "a")),
        ("s3://bucket/a b/100%25/\u00e9?#", Location("s3", "bucket", "a b/100%25/\u00e9?#")),
        ("gs://bucket/a", Location("gs", "bucket", "a")),
        ("az://account/container/a/b", Location("az", "container", "a/b", "account")),
        ("azure://account/$web", Location("az", "$web", "", "account")),
    ],
)
def test_good(url: str, expected: Location) -> None:
    assert is_url(url)
    assert parse_location(url) == expected
    assert parse_location(str(expected)) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/videos", "or a URL such as"),
        ("file:///srv/videos", "or a URL such as"),
        ("s3://", "must name a bucket"),
        ("s3:///folder", "must name a bucket"),
        ("s3://buc ket/folder", "must name a bucket"),
        ("s3://bucket?x=SECRET", "must name a bucket"),
        ("s3://bucket\n", "must name a bucket"),
        ("s3://key:SECRET@bucket/folder", "VIDEO_STORE_OPTIONS"),
        ("s3://bucket//folder", "empty part"),
        ("s3://bucket/a/../b", "empty part"),
        ("s3://bucket/a/./b", "empty part"),
        ("s3://bucket/a\nb", "empty part"),
        ("az://account", "account and container"),
        ("az:///container", "must name a bucket"),
    ],
)
def test_bad(url: str, words: str) -> None:
    assert is_url(url)
    with pytest.raises(ValueError, match=words) as caught:
        parse_location(url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "path", ["/srv/videos", "videos", "C:/videos", "s3:/bucket", "a b://x", ""]
)
def test_what_is_a_folder(path: str) -> None:
    assert not is_url(path)
