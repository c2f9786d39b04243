"""The people of the site: `python manage.py shell -c "from mysite.people import make; make()"`."""

from django.contrib.auth.models import User

PASSWORD = "a demo, not a secret"
PEOPLE = [(1, "ana", "Ana", "Ruiz"), (2, "ben", "Ben", "Diaz"), (3, "cleo", "Клео", "Орлова")]


def make():
    """Makes those who are missing."""
    for pk, name, first, last in PEOPLE:
        if not User.objects.filter(pk=pk).exists():
            User.objects.create_user(name, password=PASSWORD, pk=pk, first_name=first, last_name=last)
