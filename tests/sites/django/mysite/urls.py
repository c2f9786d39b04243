"""The addresses of the site."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from mysite import views

urlpatterns = [
    path("", views.home),
    path("people/<int:pk>/", views.profile, name="profile"),
    path("accounts/login/", LoginView.as_view(), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
]

from mysite import chat

urlpatterns += [path("chat/", chat.sign_in), path("chat/token", chat.token)]
