"""Who is there: sign-up, login and passwords by django-allauth, API tokens by django-rest-knox."""
