"""A Django site in one file, which uses PostgreSQL and, as the default user, Redis."""

import django
from django.conf import settings
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

settings.configure(
    SECRET_KEY="the key of a site that is a test",
    ALLOWED_HOSTS=["example.org"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "127.0.0.1",
            "NAME": "site",
            "USER": "site",
            "PASSWORD": "of-the-site",
        }
    },
    CACHES={
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:6379/0"}
    },
)
django.setup()


def page(request: HttpRequest) -> HttpResponse:
    cache.set("asked", "yes", 60)
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        (user,) = cursor.fetchone()
    return HttpResponse(f"<p>{request.path} of the site, {user}, {cache.get('asked')}</p>\n")


urlpatterns = [path("", page), path("messages-from-us/", page), re_path("^healthz$", page)]
application = get_wsgi_application()
