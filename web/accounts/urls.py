"""Routes of accounts: allauth's own for signing up and in, ours for the account page and its tokens."""

from django.urls import include, path

from web.accounts import own_data, views

urlpatterns = [
    path("", views.account, name="account"),
    path("tokens/", views.create_token, name="token-create"),
    path("tokens/<str:token_key>/delete/", views.delete_token, name="token-delete"),
    path("profile/", views.save_profile, name="profile-save"),
    path("export/", own_data.export, name="account-export"),
    path("delete/", own_data.delete, name="account-delete"),
    path("two-factor/", include("allauth.mfa.urls")),
    path("connections/", include("allauth.socialaccount.urls")),
    path("", include("allauth.socialaccount.providers.github.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("", include("allauth.account.urls")),
]
