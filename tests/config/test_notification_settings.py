"""Settings of pushes and mails: what push services and mail servers would refuse is refused before the start."""

from pathlib import Path

import pytest

from chatserver.config.settings import ConfigError
from tests.config.loading import load
from tests.support.pushing import VAPID_KEY


@pytest.mark.parametrize("subject", ["mailto:ana@example.org", "https://example.org/contact"])
def test_a_real_address_is_the_subject_of_pushes(tmp_path: Path, subject: str) -> None:
    assert load(tmp_path, VAPID_KEYS=VAPID_KEY, VAPID_SUBJECT=subject).vapid_subject == subject


@pytest.mark.parametrize(
    "subject",
    [
        "mailto:ana@localhost", "mailto:ana@chat.local", "mailto:ana@127.0.0.1", "mailto:", "mailto:ana",
        "mailto:ana@example.org,ben@example.org", "ana@example.org", "http://example.org/", "https://localhost/",
        "https://10.0.0.1/", "https://[::1]/", "https://[", "https://ana@example.org/", "https://intranet/",
    ],
)  # fmt: skip
def test_a_subject_that_apple_refuses_is_refused(tmp_path: Path, subject: str) -> None:
    with pytest.raises(ConfigError, match="VAPID_SUBJECT must be a real address of yours"):
        load(tmp_path, VAPID_SUBJECT=subject)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"VAPID_KEYS": "short"}, "VAPID_KEYS: number 1 is no private key"),
        ({"VAPID_KEYS": f"{VAPID_KEY} {'A' * 43}"}, "VAPID_KEYS: number 2 is no private key"),
        ({"VAPID_KEYS": VAPID_KEY, "APP_ENV": "production"}, "VAPID_SUBJECT must be set"),
        ({"PUSH_HOSTS": "https://fcm.googleapis.com"}, "PUSH_HOSTS must be hosts"),
        ({"SMTP_URL": "mail.example.org:587"}, "SMTP_URL must be like"),
        ({"SMTP_URL": "smtp://mail.example.org:x"}, "SMTP_URL must be like"),
        ({"SMTP_URL": "smtp://mail.example.org"}, "SMTP_URL and MAIL_FROM must be set together"),
        ({"MAIL_FROM": "chat"}, "MAIL_FROM must be an address"),
        ({"DIGEST_AFTER": "1800"}, "DIGEST_AFTER needs SMTP_URL"),
    ],
)
def test_what_cannot_work_is_said(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, **settings)
    assert said in str(error.value)
    assert VAPID_KEY not in str(error.value)
