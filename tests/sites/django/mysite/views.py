"""The pages of the site."""

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404, render


def home(request):
    """Lists the people."""
    return render(request, "home.html", {"people": User.objects.order_by("pk")})


def profile(request, pk):
    """Shows a person."""
    return render(request, "profile.html", {"person": get_object_or_404(User, pk=pk)})
