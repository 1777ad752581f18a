"""Routes of the site; every one has a row in web/access.py."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("web.api.urls")),
    path("admin/", admin.site.urls),
]
