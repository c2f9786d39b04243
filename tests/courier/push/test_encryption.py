"""Pushes are encrypted for one browser, as RFC 8291 says."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

from chatserver.courier.push.encryption import MAX_PAYLOAD, RECORD, encrypt
from tests.support.push_service import decrypt
from tests.support.pushing import PushBrowser, base64url, decoded

# RFC 8291, section 5 and appendix A.
TEXT = b"When I grow up, I want to be a watermelon"
OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_as_there() -> None:
    own = derive_private_key(int.from_bytes(decoded(OWN)), SECP256R1())
    assert base64url(encrypt(TEXT, decoded(P256DH), decoded(AUTH), own, decoded(SALT))) == BODY
    browser = PushBrowser()
    browser.key, browser.auth = derive_private_key(int.from_bytes(decoded(BROWSER)), SECP256R1()), decoded(AUTH)
    assert decrypt(browser, decoded(BODY)) == TEXT


def test_nobody_but_the_browser_reads_it_and_twice_it_looks_different() -> None:
    ana, ben = PushBrowser(), PushBrowser()
    keys = ana.subscription["keys"]
    first, second = (encrypt(TEXT, decoded(keys["p256dh"]), decoded(keys["auth"])) for _ in range(2))
    assert first != second
    assert decrypt(ana, first) == decrypt(ana, second) == TEXT
    with pytest.raises(InvalidTag):
        decrypt(ben, first)
    longest = encrypt(bytes(MAX_PAYLOAD), decoded(keys["p256dh"]), decoded(keys["auth"]))
    assert len(longest) == RECORD
