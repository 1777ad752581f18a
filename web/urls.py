"""Routes of the site; every one has a row in web/access.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from web.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.pages.urls")),
    path("accounts/", include("web.accounts.urls")),
    path("api/v1/", include("web.kaggle.urls")),
    path("api/v1/", include("web.api.urls")),
    path("healthz", health, name="health"),
    # A token against forgery would set a cookie for every visitor, and a forged choice of language harms nobody.
    path("language/", csrf_exempt(set_language), name="set_language"),
    path("admin/", admin.site.urls),
]
