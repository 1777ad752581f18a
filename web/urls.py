"""Routes of the site; every one has a row in web/access.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from web.health import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("web.pages.urls")),
    path("accounts/", include("web.accounts.urls")),
    path("api/v1/", include("web.kaggle.urls")),
    path("api/v1/", include("web.api.urls")),
    path("healthz", health, name="health"),
    path("admin/", admin.site.urls),
]
