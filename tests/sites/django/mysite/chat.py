"""The chat beside this site: signing in, and signing out of both."""

import base64
import logging
import time
import urllib.request
import uuid

import jwt
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpResponse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

FORM = """<!doctype html><title>Messages</title><form method="post" action="{}/messages/sso/">
<input type="hidden" name="token" value="{}"><input type="hidden" name="next" value="{}">
<button>Go to your messages</button></form><script>document.forms[0].submit()</script>"""


def signed(user, **more):
    now = int(time.time())
    claims = {"iss": "site", "aud": settings.CHAT_URL, "sub": str(user.pk), "jti": str(uuid.uuid4())}
    claims |= {"iat": now, "exp": now + 60, "name": user.get_username(), "full_name": user.get_full_name()}
    key = base64.urlsafe_b64decode(settings.CHAT_SECRET + "==")
    return jwt.encode(claims | more, key, algorithm="HS256", headers={"kid": "site"})


@login_required
@never_cache
def sign_in(request):
    made = signed(request.user, nonce=request.GET.get("nonce", ""))
    return HttpResponse(format_html(FORM, settings.CHAT_URL, made, request.GET.get("next", "")))


@never_cache
def token(request):
    made = signed(request.user) if request.user.is_authenticated else ""
    return HttpResponse(made, content_type="text/plain")


@receiver(user_logged_out)
def sign_out(user, **_):
    if user:
        url = f"{settings.CHAT_URL}/messages/api/v1/users/{user.pk}/sessions"
        headers = {"Authorization": f"Bearer {settings.CHAT_KEY}"}
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="DELETE", headers=headers), timeout=5).close()
        except OSError:  # whoever signs out of the site is signed out of it in any case
            logging.exception("%s is still signed in at the chat", user)


def context(request):
    return {"chat": settings.CHAT_URL}
