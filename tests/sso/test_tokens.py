"""Which tokens of the site are taken: real ones, by PyJWT, each with one thing wrong."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.people import Person
from tests.support.tokens import PAIR, PUBLIC, SECRET, base64url, claims_of, posts, signed

Make = Callable[[dict[str, Any]], str]


def raw(header: object, claims: object, key: bytes = SECRET) -> str:
    """A token that no library makes: header and claims as JSON, or as a text that stands for it."""
    texts = [part if isinstance(part, str) else json.dumps(part) for part in (header, claims)]
    body = ".".join(base64url(text.encode()) for text in texts)
    return f"{body}.{base64url(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


HEADER = {"alg": "HS256", "typ": "JWT", "kid": "new"}


def changed(**changes: Any) -> Make:
    return lambda claims: signed(claims | changes)


def later(**seconds: float) -> Make:
    """With times so much after now."""
    return lambda claims: signed(claims | {name: claims["iat"] + number for name, number in seconds.items()})


def without(name: str) -> Make:
    return lambda claims: signed({key: value for key, value in claims.items() if key != name})


def with_header(**header: Any) -> Make:
    return lambda claims: raw(HEADER | header, claims)


def text_of(claims: dict[str, Any], more: str) -> str:
    return json.dumps(claims)[:-1] + f", {more}}}"


BAD: dict[str, tuple[Make, str]] = {
    "of another secret": (lambda claims: signed(claims, bytes(32)), "not signed with the key new"),
    "of another pair": (
        lambda claims: signed(claims, Ed25519PrivateKey.generate(), "EdDSA", kid="old"),
        "not signed with the key old",
    ),
    "alg none": (lambda claims: signed(claims, None, "none"), "base64url"),
    "alg none, with a signature": (with_header(alg="none"), "alg is not HS256"),
    "HMAC with the public key": (lambda claims: raw(HEADER | {"kid": "old"}, claims, PUBLIC), "alg is not EdDSA"),
    "the right secret under the other kid": (with_header(kid="old"), "alg is not EdDSA"),
    "another alg of the same family": (lambda claims: signed(claims, bytes(64), "HS512"), "alg is not HS256"),
    "an unknown kid": (with_header(kid="unknown"), "no key of its kid"),
    "a kid that is no text": (with_header(kid=["new"]), "no key of its kid"),
    "no kid": (lambda claims: raw({"alg": "HS256", "typ": "JWT"}, claims), "no key of its kid"),
    "a crit header": (with_header(crit=["exp"]), "crit"),
    "a crit header of nothing": (with_header(crit=[]), "crit"),
    "typ at+jwt": (with_header(typ="at+jwt"), "typ"),
    "typ jwt": (with_header(typ="jwt"), "typ"),
    "typ null": (with_header(typ=None), "typ"),
    "its body apart": (with_header(b64=False), "not signed"),
    "another issuer": (changed(iss="elsewhere"), "iss"),
    "issuer missing": (without("iss"), "iss"),
    "another audience": (changed(aud="https://elsewhere.example"), "aud"),
    "a list of audiences": (lambda claims: signed(claims | {"aud": [claims["aud"]]}), "aud"),
    "audience missing": (without("aud"), "aud"),
    "sub missing": (without("sub"), "sub"),
    "sub a number": (lambda claims: raw(HEADER, claims | {"sub": 7}), "sub"),
    "sub empty": (changed(sub=""), "sub"),
    "sub with a slash": (changed(sub="a/b"), "sub"),
    "sub of two dots": (changed(sub=".."), "sub"),
    "sub too long": (changed(sub="a" * 256), "sub"),
    "jti missing": (without("jti"), "jti"),
    "jti a number": (lambda claims: raw(HEADER, claims | {"jti": 7}), "jti"),
    "jti empty": (changed(jti=""), "jti"),
    "jti too long": (changed(jti="a" * 256), "jti"),
    "jti with a control": (changed(jti="a\n"), "jti"),
    "jti not ASCII": (changed(jti="ä"), "jti"),
    "expired": (later(iat=-100, exp=-40), "expired"),
    "long expired": (changed(iat=1, exp=2), "expired"),
    "from the future": (later(iat=3600, exp=3660), "ahead"),
    "not yet": (later(nbf=3600), "nbf"),
    "too long a life": (later(iat=0, exp=301), "after its iat"),
    "ends before it begins": (later(iat=10, exp=0), "after its iat"),
    "exp missing": (without("exp"), "exp"),
    "iat missing": (without("iat"), "iat"),
    "exp a text": (lambda claims: raw(HEADER, claims | {"exp": "60"}), "exp"),
    "exp a boolean": (lambda claims: raw(HEADER, claims | {"exp": True}), "exp"),
    "iat a boolean": (lambda claims: raw(HEADER, claims | {"iat": True}), "iat"),
    "nbf null": (lambda claims: raw(HEADER, claims | {"nbf": None}), "nbf"),
    "exp NaN": (lambda claims: raw(HEADER, text_of(claims, '"nbf": NaN')), "cannot be read"),
    "exp infinite": (lambda claims: raw(HEADER, text_of(claims, '"x": -Infinity')), "cannot be read"),
    "exp endless": (lambda claims: raw(HEADER, text_of(claims, '"nbf": 1e999')), "nbf"),
    "exp of four thousand digits": (lambda claims: raw(HEADER, text_of(claims, f'"nbf": {"9" * 4000}')), "nbf"),
    "exp of five thousand digits": (
        lambda claims: raw(HEADER, text_of(claims, f'"x": {"9" * 5000}')),
        "cannot be read",
    ),
    "a claim twice": (lambda claims: raw(HEADER, text_of(claims, '"sub": "7"')), "cannot be read"),
    "a header twice": (
        lambda claims: raw('{"alg": "HS256", "kid": "new", "kid": "new"}', claims),
        "header cannot be read",
    ),
    "claims that are a list": (lambda claims: raw(HEADER, [claims]), "cannot be read"),
    "claims that are no JSON": (lambda _: raw(HEADER, "ana"), "cannot be read"),
    "claims that are not UTF-8": (
        lambda _: f"{base64url(json.dumps(HEADER).encode())}.{base64url(bytes([255]))}.AAAA",
        "cannot be read",
    ),
    "claims within claims": (lambda _: raw(HEADER, "[" * 5000), "cannot be read"),
    "its end cut off": (lambda claims: signed(claims)[:-3], "not signed"),
    "without signature": (lambda claims: signed(claims).rpartition(".")[0] + ".", "base64url"),
    "another signature": (lambda claims: signed(claims).rpartition(".")[0] + ".AAAA", "not signed"),
    "five parts": (lambda claims: signed(claims) + ".a.b", "three parts"),
    "padding": (lambda claims: signed(claims) + "=", "base64url"),
    "a line break": (lambda claims: signed(claims)[:-1] + "\n", "base64url"),
    "80 KB": (lambda claims: signed(claims | {"x": "a" * 60_000}), "8192"),
    "no token": (lambda _: "", "no token"),
    "a word": (lambda _: "token", "three parts"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_token_lets_nobody_in_and_the_page_says_why(browser: Person, case: str) -> None:
    make, rule = BAD[case]
    answer = await posts(browser, make(claims_of(str(browser.url.origin()), "7")))
    assert answer.status == 403
    assert rule in answer.text
    assert "/messages/sso/start" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers


GOOD: dict[str, Make] = {
    "HS256": signed,
    "EdDSA": lambda claims: signed(claims, PAIR, "EdDSA", kid="old"),
    "without typ": lambda claims: raw({"alg": "HS256", "kid": "new"}, claims),
    "a key of its own, which nobody looks at": with_header(
        jwk={"kty": "oct", "k": base64url(bytes(32))},
        jku="https://evil.example/keys",
        x5u="https://evil.example",
        x5c=[],
    ),
    "clocks that differ by less than the leeway": later(iat=15, nbf=15, exp=75),
    "just expired": later(iat=-60, exp=-5),
    "the longest life": later(iat=0, exp=300),
    "other claims": changed(admin=True, name=7, full_name=None, language="fr", email="ana@example.org"),
    "a jti of the longest length": changed(jti=" ~" * 127),
    "the longest sub": changed(sub="a" * 255),
}


@pytest.mark.parametrize("case", GOOD)
async def test_a_good_token_lets_its_person_in(browser: Person, case: str) -> None:
    answer = await posts(browser, GOOD[case](claims_of(str(browser.url.origin()), "7")))
    assert (answer.status, answer.headers.get("Location")) == (303, "/messages/"), answer.text
    assert (await browser.get("/messages/")).status == 200


async def test_a_token_in_the_address_counts_for_nothing(browser: Person) -> None:
    token = signed(claims_of(str(browser.url.origin()), "7"))
    assert (await browser.get(f"/messages/sso/?token={token}")).status == 405
    answer = await browser.post_raw(f"/messages/sso/?token={token}", {})
    assert (answer.status, "no token" in answer.text) == (403, True)


async def test_a_program_hears_the_code(browser: Person) -> None:
    answer = await browser.post_raw("/messages/sso/", {}, headers={"Accept": "application/json"})
    assert (answer.status, json.loads(answer.text)["code"]) == (403, "bad_token")
