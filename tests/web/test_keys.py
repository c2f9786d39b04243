"""While SECRET_KEYS has an old and a new key, no form is refused."""

from tests.support.people import PASSWORD, Person
from tests.support.ports import unused_port
from tests.support.servers import Serve

FORM = "/messages/sign-up/"


async def test_a_form_signed_with_the_old_key_is_accepted_only_while_both_keys_are_valid(serve: Serve) -> None:
    old, new = "the-old-key-of-the-tests", "the-new-key-of-the-tests"
    before = await serve(secret_keys=(old,), port=unused_port())
    both = await serve(secret_keys=(new, old), port=unused_port())
    after = await serve(secret_keys=(new,), port=unused_port())
    async with Person(before, "Ana") as ana:
        signed = (await ana.get(FORM)).field("csrf_token")
        fields = {"username": "Ana", "password": PASSWORD, "csrf_token": signed}
        token = ana.session.value
        for there, status in ((after, 403), (both, 303)):
            cookie = {"Cookie": f"chat_session_{there.port}={token}"}
            assert (await ana.post_raw(str(there.with_path(FORM)), fields, headers=cookie)).status == status
