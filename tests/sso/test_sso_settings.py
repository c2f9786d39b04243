"""Settings of the sign-in by tokens: what cannot work, or would be dangerous, refuses to start."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chatserver.config.settings import ConfigError
from chatserver.config.sso_settings import sso_advice, token_origins
from tests.config.loading import load
from tests.support.tokens import KEYS, PAIR, PUBLIC, SECRET, base64url

DER, PEM = Encoding.DER, Encoding.PEM
PRIVATE = PAIR.private_bytes(DER, PrivateFormat.PKCS8, NoEncryption())
CURVE = generate_private_key(SECP256R1()).public_key().public_bytes(DER, PublicFormat.SubjectPublicKeyInfo)
PEM_TEXT = PAIR.public_key().public_bytes(PEM, PublicFormat.SubjectPublicKeyInfo)
URL = "https://example.org/chat"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("secret", "number 1 must be kid:alg:key"),
        (f":HS256:{base64url(SECRET)}", "number 1 must be kid:alg:key"),
        (f"a.b:HS256:{base64url(SECRET)}", "number 1 must be kid:alg:key"),
        (f"{'a' * 65}:HS256:{base64url(SECRET)}", "number 1 must be kid:alg:key"),
        (f"a:HS256:{base64url(SECRET[:31])}", "number 1 is a secret of 31 bytes, and needs 32"),
        ("a:HS256:", "number 1 has a key that is not in base64url"),
        ("a:HS256:++++", "number 1 has a key that is not in base64url"),
        ("a:HS256:abcde", "number 1 has a key that is not in base64url"),
        (f"a:HS512:{base64url(SECRET * 2)}", "number 1 must be for HS256 or EdDSA"),
        (f"a:none:{base64url(SECRET)}", "number 1 must be for HS256 or EdDSA"),
        (f"a:EdDSA:{base64url(PRIVATE)}", "number 1 is a private key"),
        (f"a:EdDSA:{base64url(CURVE)}", "number 1 is no public key for EdDSA in DER"),
        (f"a:EdDSA:{base64url(PEM_TEXT)}", "number 1 is no public key for EdDSA in DER"),
        (f"a:EdDSA:{base64url(SECRET)}", "number 1 is no public key for EdDSA in DER"),
        (f"a:HS256:{base64url(PUBLIC)}", "number 1 is a public key, and no secret"),
        (f"a:HS256:{base64url(SECRET)} a:EdDSA:{base64url(PUBLIC)}", "number 2 stands there twice"),
        (f"a:HS256:{base64url(SECRET)} b:HS256:{base64url(SECRET)}=", "number 2 stands there twice"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_without_being_repeated(tmp_path: Path, keys: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, SSO_KEYS=keys, SSO_URL=URL)
    assert f"SSO_KEYS: {sentence}" in str(refused.value)
    assert not [part for part in keys.replace(" ", ":").split(":") if len(part) > 5 and part in str(refused.value)]


def test_keys_with_and_without_padding_are_taken(tmp_path: Path) -> None:
    assert load(tmp_path, SSO_KEYS=f"{KEYS[0]}= {KEYS[1]}", SSO_URL=URL).sso_keys == (f"{KEYS[0]}=", KEYS[1])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SSO_URL": "ftp://example.org/"}, "SSO_URL must begin with https:// or http://"),
        ({"SSO_URL": "https://ana@example.org/"}, "SSO_URL must begin with"),
        ({"SSO_URL": "https://example.org/#chat"}, "SSO_URL must begin with"),
        ({"SSO_URL": "example.org"}, "SSO_URL must begin with"),
        ({"SSO_ORIGINS": "https://example.org/path"}, "SSO_ORIGINS must be like https://example.org"),
        ({"SSO_ORIGINS": "*"}, "SSO_ORIGINS must be like https://example.org"),
        ({"SSO_ONLY": "1"}, "SSO_ONLY needs SSO_URL and SSO_KEYS"),
        ({"SSO_ONLY": "1", "SSO_URL": URL}, "SSO_ONLY needs SSO_URL and SSO_KEYS"),
        ({"SSO_ONLY": "2"}, "SSO_ONLY must be 0 or 1, not 2"),
        ({"SSO_DELETE": "5"}, "SSO_DELETE must be 0 or 1, not 5"),
        ({"SSO_ISSUER": "a" * 256}, "SSO_ISSUER must be a name of at most 255"),
        ({"APP_ENV": "production", "SSO_URL": "http://example.org/"}, "SSO_URL must begin with https://,"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, **settings)
    assert sentence in str(refused.value)


def test_tokens_come_from_the_origin_of_the_page_that_makes_them(tmp_path: Path) -> None:
    assert token_origins(load(tmp_path, SSO_URL="https://Example.org:443/chat?a=b")) == ("https://example.org",)
    assert token_origins(load(tmp_path, SSO_URL=URL, SSO_ORIGINS="https://a.example")) == ("https://a.example",)
    assert token_origins(load(tmp_path)) == ()


@pytest.mark.parametrize(
    ("settings", "warns"),
    [
        ({"ORIGINS": "https://chat.example.org"}, False),
        ({"ORIGINS": "https://example.org"}, False),
        ({"ORIGINS": "https://chat.example.org https://example.org"}, True),
        ({"ORIGINS": "https://example.org", "SSO_ORIGINS": "https://example.org"}, True),
    ],
)
def test_an_origin_with_more_rights_than_it_needs_is_warned_of(
    tmp_path: Path, settings: dict[str, str], warns: bool
) -> None:
    assert bool(sso_advice(load(tmp_path, SSO_URL=URL, **settings))) == warns
