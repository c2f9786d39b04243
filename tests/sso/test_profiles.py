"""Profiles that a site sends: read strictly in a request, and as far as they fit in a token."""

from typing import Any

import pytest

from chatserver.errors import ChatError
from chatserver.sso.profiles import UNSET, Profile, clean_full_name, is_email, profile_from_body, profile_from_claims
from chatserver.sso.subjects import clean_sub


@pytest.mark.parametrize("sub", ["1", "a" * 255, "A.b_c~d@e:f|g+h=i-j", "...", "Ana", "ana"])
def test_a_subject_is_taken_as_it_is(sub: str) -> None:
    assert clean_sub(sub) == sub


@pytest.mark.parametrize("sub", ["", ".", "..", "a" * 256, "a/b", "a b", "ä", "1\n", "a%20", 7, None, True, ["1"]])
def test_what_is_no_subject_is_refused(sub: object) -> None:
    with pytest.raises(ChatError, match="bad_sub"):
        clean_sub(sub)


@pytest.mark.parametrize(
    ("raw", "full_name"),
    [
        ("Ana  Maria\n\tde la Cruz ", "Ana Maria de la Cruz"),
        ("\u202eanA\u202c \u200b\u2066B\u2069", "anA B"),
        ("\x00Ana\x07\ud800", "Ana"),
        ("a" * 101, "a" * 100),
        ("a" * 99 + " b", "a" * 99),
        ("\u200b \u2800", None),
        ("", None),
    ],
)
def test_a_full_name_is_visible_on_one_line(raw: str, full_name: str | None) -> None:
    assert clean_full_name(raw) == full_name


@pytest.mark.parametrize("address", ["ana@example.org", "ana+b@mail.example.org", "аня@почта.рф"])
def test_an_address_is_one(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize(
    "address",
    ["ana", "ana@example", "a@b@example.org", '"a"@example.org', "ana@[1.2.3.4]", "ana @example.org", "@example.org",
     "ana@example..org", "ana@.org", "a" * 250 + "@b.org", "ana@example.org\n", "=?x?q?a?=@b.c", 7, None],
)  # fmt: skip
def test_what_is_no_address_is_none(address: object) -> None:
    assert not is_email(address)


@pytest.mark.parametrize(
    ("body", "profile"),
    [
        ({}, Profile("7")),
        ({"name": "Ana", "other": 1}, Profile("7", "Ana")),
        ({"name": None, "full_name": None, "email": None, "language": None}, Profile("7", None, None, None, None)),
        ({"full_name": " Ana  B "}, Profile("7", full_name="Ana B")),
        ({"email": "a@b.org", "email_verified": True}, Profile("7", email="a@b.org")),
        ({"email": "a@b.org"}, Profile("7", email=None)),
        ({"language": "ru"}, Profile("7", language="ru")),
        ({"email_verified": True}, Profile("7")),
    ],
)
def test_a_request_keeps_absent_fields_and_clears_null_ones(body: dict[str, Any], profile: Profile) -> None:
    assert profile_from_body("7", body) == profile


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": 7}, "bad_frame"),
        ({"full_name": ["Ana"]}, "bad_frame"),
        ({"language": "fr"}, "bad_frame"),
        ({"language": {}}, "bad_frame"),
        ({"email_verified": 1, "email": "a@b.org"}, "bad_frame"),
        ({"email": "a@b"}, "bad_email"),
        ({"email": 7}, "bad_email"),
    ],
)
def test_a_request_of_the_wrong_kind_is_refused(body: dict[str, Any], code: str) -> None:
    with pytest.raises(ChatError, match=code):
        profile_from_body("7", body)


@pytest.mark.parametrize(
    ("claims", "profile"),
    [
        ({"name": "Ana", "language": "en"}, Profile("7", "Ana", language="en")),
        ({"name": 7, "full_name": None, "email": 7, "email_verified": True, "language": "fr"}, Profile("7")),
        ({"language": ["en"]}, Profile("7")),
        ({"email": "a@b.org"}, Profile("7")),
        ({"email": "a@b.org", "email_verified": "true"}, Profile("7")),
        ({"email": "a@b.org", "email_verified": True}, Profile("7", email="a@b.org")),
    ],
)
def test_claims_of_the_wrong_kind_count_as_missing(claims: dict[str, Any], profile: Profile) -> None:
    assert profile_from_claims("7", claims) == profile


def test_a_later_profile_of_the_same_subject_holds() -> None:
    later = Profile("7", None, UNSET, "a@b.org")
    assert Profile("7", "Ana", "Ana B").updated_by(later) == Profile("7", None, "Ana B", "a@b.org")
