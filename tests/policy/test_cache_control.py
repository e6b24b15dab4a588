"""The table of caching rules, cell by cell."""

from __future__ import annotations

import pytest

from quart_video.policy.cache_control import YEAR, Answer, Audience, caching_fields

EVERYBODY = Audience()
KEPT = Audience(max_age=60)
PRIVATE = Audience(private=True)
PRIVATE_KEPT = Audience(private=True, max_age=60)
SIGNED = Audience(private=True, is_signed=True, hands_out_signatures=True)


@pytest.mark.parametrize(
    ("answer", "audience", "expected"),
    [
        (Answer.FILE, EVERYBODY, "no-cache, no-transform"),
        (Answer.FILE, KEPT, "no-cache, no-transform"),
        (Answer.VIEW_FILE, EVERYBODY, "no-cache, no-transform"),
        (Answer.VIEW_FILE, KEPT, "public, max-age=60, no-transform"),
        (Answer.VIEW_FILE, Audience(max_age=0), "public, max-age=0, no-transform"),
        (Answer.FILE, PRIVATE, "private, no-cache, no-transform"),
        (Answer.FILE, PRIVATE_KEPT, "private, no-cache, no-transform"),
        (Answer.DERIVATIVE, EVERYBODY, "no-cache"),
        (Answer.DERIVATIVE, KEPT, "no-cache"),
        (Answer.DERIVATIVE, PRIVATE_KEPT, "private, no-cache"),
        (Answer.STATIC, EVERYBODY, "no-cache"),
        (Answer.STATIC, PRIVATE_KEPT, "no-cache"),
        (Answer.PAGE, KEPT, "no-cache"),
        (Answer.PAGE, PRIVATE_KEPT, "private, no-cache"),
        (Answer.ERROR, KEPT, "no-cache"),
        (Answer.ERROR, PRIVATE_KEPT, "no-store"),
        (Answer.PASSING, KEPT, "no-store"),
        (Answer.PASSING, PRIVATE, "no-store"),
    ],
)
def test_cache_control(answer: Answer, audience: Audience, expected: str) -> None:
    assert dict(caching_fields(answer, audience))["Cache-Control"] == expected


@pytest.mark.parametrize(
    ("audience", "whose"),
    [(EVERYBODY, "private"), (KEPT, "public"), (PRIVATE, "private"), (PRIVATE_KEPT, "private")],
)
def test_what_an_address_names_the_version_of_is_kept_for_a_year(
    audience: Audience, whose: str
) -> None:
    fields = dict(caching_fields(Answer.DERIVATIVE, audience, names_version=True))
    assert fields["Cache-Control"] == f"{whose}, max-age={YEAR}, immutable"


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (EVERYBODY, "no-cache, no-transform"),
        (KEPT, "public, max-age=60, immutable, no-transform"),
        (Audience(max_age=0), "public, max-age=0, immutable, no-transform"),
        (PRIVATE, "private, no-cache, no-transform"),
        (PRIVATE_KEPT, "private, max-age=60, immutable, no-transform"),
    ],
)
def test_a_file_is_kept_by_an_address_with_its_version(audience: Audience, expected: str) -> None:
    fields = dict(caching_fields(Answer.FILE, audience, names_version=True))
    assert fields["Cache-Control"] == expected


@pytest.mark.parametrize("audience", [EVERYBODY, KEPT, PRIVATE, PRIVATE_KEPT, SIGNED])
def test_style_is_for_everybody(audience: Audience) -> None:
    fields = dict(caching_fields(Answer.STATIC, audience, names_version=True))
    assert fields == {"Cache-Control": f"public, max-age={YEAR}, immutable"}


@pytest.mark.parametrize("answer", Answer)
def test_every_answer_has_a_rule_and_none_is_shared_by_mistake(answer: Answer) -> None:
    for audience in (EVERYBODY, KEPT, PRIVATE, PRIVATE_KEPT, SIGNED):
        rule = dict(caching_fields(answer, audience, names_version=True))["Cache-Control"]
        assert rule
        if audience.private and answer is not Answer.STATIC:  # which holds nothing of anybody's
            assert rule.startswith(("private", "no-store"))


@pytest.mark.parametrize(
    ("answer", "audience", "expected"),
    [
        (Answer.FILE, SIGNED, "no-referrer"),
        (Answer.DERIVATIVE, SIGNED, "no-referrer"),
        (Answer.PAGE, SIGNED, "same-origin"),
        (Answer.PAGE, Audience(hands_out_signatures=True), "same-origin"),
        (Answer.FILE, Audience(hands_out_signatures=True), None),
        (Answer.PAGE, PRIVATE, None),
        (Answer.ERROR, SIGNED, None),
    ],
)
def test_referrer_policy(answer: Answer, audience: Audience, expected: str | None) -> None:
    assert dict(caching_fields(answer, audience)).get("Referrer-Policy") == expected
