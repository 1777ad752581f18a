"""Certificates: given, shown, checked, revoked; and the keys by which others check them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from judge.certificates import register
from judge.certificates.credential import Site
from judge.certificates.models import Certificate
from judge.certificates.register import Truth
from judge.errors import Refused
from web.accounts.models import Profile
from web.pages.lookup import LearnerRequest

WORDS = {
    Truth.GENUINE: gettext_lazy("Genuine: this site signed it, not a letter of it was changed, and it holds."),
    Truth.REVOKED: gettext_lazy("Revoked: this site signed it, but took it back."),
    Truth.WITHDRAWN: gettext_lazy("Withdrawn: this site signed it, but its learner has left and it holds no longer."),
    Truth.FORGED: gettext_lazy("Not genuine: this site did not sign what stands there."),
    Truth.UNREADABLE: gettext_lazy("This is not the JSON of a certificate."),
}


@require_POST
def issue(request: LearnerRequest, pk: int) -> HttpResponse:
    """Give the learner a certificate of a submission, or the one that there is."""
    profile = Profile.objects.filter(user=request.user).first()
    name = (profile.shown_name if profile else "") or request.user.get_username()
    try:
        certificate = register.issue(request.user, pk, site=_site(request), learner=name)
    except Refused as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, f"{refusal.sentence} ({refusal.code})")
        return redirect("pages:submission", pk=pk)
    return redirect("pages:certificate", code=certificate.code)


@never_cache
@require_safe
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Return a certificate as a page that prints well."""
    found = get_object_or_404(Certificate, code=code)
    credential = found.credential
    subject = credential["credentialSubject"]
    context = {
        "certificate": found,
        "learner": subject["identifier"][0]["identityHash"],
        "account": subject["identifier"][1]["identityHash"],
        "achievement": subject["achievement"],
        "score": subject["result"][0]["value"],
        "metric": subject["achievement"]["resultDescription"][0]["name"],
        "tier": subject["result"][1]["value"],
        "issuer": credential["issuer"],
        "address": credential["id"],
        "achieved": credential["awardedDate"][:10],
    }
    return render(request, "pages/certificate.html", context)


@require_safe
def as_json(request: HttpRequest, code: str) -> JsonResponse:
    """Return the signed credential."""
    found = get_object_or_404(Certificate, code=code)
    return _public_json(found.credential, content_type="application/vc+ld+json")


@require_safe
def as_jwt(request: HttpRequest, code: str) -> HttpResponse:
    """Return the same credential as a JWT."""
    token = register.jwt_of(get_object_or_404(Certificate, code=code))
    return HttpResponse(token, content_type="application/jwt", headers={"Access-Control-Allow-Origin": "*"})


@require_POST
def revoke(request: LearnerRequest, code: str) -> HttpResponse:
    """Take a certificate back; instructors only."""
    found = get_object_or_404(Certificate, code=code)
    by = User.objects.get(pk=request.user.pk)
    try:
        register.revoke(found, by=by, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, f"{refusal.sentence} ({refusal.code})")
    else:
        messages.success(request, _("The certificate is revoked."))
    return redirect("pages:certificate", code=code)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Return what is true of a credential that somebody shows."""
    if request.method != "POST":
        return render(request, "pages/verify.html")
    finding = register.check(request.POST.get("credential", ""))
    context = {
        "finding": finding,
        "sentence": WORDS[finding.verdict],
        "genuine": finding.verdict is Truth.GENUINE,
        "credential": request.POST.get("credential", "")[: register.LONGEST],
    }
    return render(request, "pages/verify.html", context)


@require_safe
def did(request: HttpRequest) -> JsonResponse:
    """Return who signs here (did:web)."""
    return _public_json(register.did_document(_site(request)), content_type="application/did+json")


@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Return the public key as a JSON Web Key Set."""
    return _public_json({"keys": [register.key().jwk]}, content_type="application/jwk-set+json")


@require_safe
def revoked(request: HttpRequest) -> JsonResponse:
    """Return the certificates that were taken back."""
    return _public_json(register.revocation_list(_site(request)))


def _site(request: HttpRequest) -> Site:
    return Site(f"{request.scheme}://{request.get_host()}")


def _public_json(body: dict[str, Any], content_type: str = "application/json") -> JsonResponse:
    """Answer scripts of any site: verifiers run in browsers too."""
    headers = {"Access-Control-Allow-Origin": "*"}
    return JsonResponse(body, content_type=content_type, headers=headers, json_dumps_params={"ensure_ascii": False})
