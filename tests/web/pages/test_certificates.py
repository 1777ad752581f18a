"""Certificates: given, shown, checked by anybody, revoked by instructors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.contrib.auth.models import User

from judge.certificates.models import Certificate
from judge.models import Edition, Submission, Team
from web.accounts.models import Profile

Browse = Callable[..., Any]
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def best(ada: User, scored: Callable[..., Submission]) -> Submission:
    return scored(ada, 0.75, private=0.1234)


@pytest.fixture
def given(browse: Browse, ada: User, best: Submission) -> Certificate:
    browse(ada).post(f"/submissions/{best.pk}/certificate/")
    return Certificate.objects.get()


def shown(browse: Browse, text: str) -> str:
    return str(browse().post("/certificates/verify/", credential=text).text)


def credential(browse: Browse, certificate: Certificate) -> Any:
    return json.loads(browse().raw(f"/certificates/{certificate.code}/credential.json").content)


def test_a_learner_gets_a_certificate_of_the_row_on_the_board(browse: Browse, ada: User, best: Submission) -> None:
    Profile.objects.create(user=ada, shown_name="Ada Lovelace")
    page = browse(ada).post(f"/submissions/{best.pk}/certificate/")
    assert page.status == 200
    assert "Ada Lovelace user ada of this site has a result in the challenge" in page.text
    assert "0.75" in page.text
    assert "0.1234" not in page.html
    visitor = browse().get(f"/certificates/{Certificate.objects.get().code}/")
    assert "Ada Lovelace" in visitor.text
    assert "Revoke" not in visitor.text


def test_asking_twice_gives_the_same_one(browse: Browse, ada: User, given: Certificate) -> None:
    browse(ada).post(f"/submissions/{given.submission_id}/certificate/")
    assert Certificate.objects.count() == 1


def test_what_does_not_stand_on_the_board_is_not_certified(
    browse: Browse, ada: User, best: Submission, scored: Callable[..., Submission], hand_in: Callable[..., Submission]
) -> None:
    for other in (scored(ada, 0.7), hand_in(ada)):
        page = browse(ada).post(f"/submissions/{other.pk}/certificate/")
        assert "not_standing" in page.text
    assert not Certificate.objects.exists()


def test_a_stranger_gets_none(browse: Browse, bob: User, best: Submission) -> None:
    assert browse(bob).post(f"/submissions/{best.pk}/certificate/").status == 404
    assert not Certificate.objects.exists()


def test_no_private_score_is_certified_before_the_end(browse: Browse, given: Certificate) -> None:
    document = json.dumps(credential(browse, given))
    assert "0.75" in document
    assert "0.1234" not in document


def test_after_the_end_the_private_row_is_certified(browse: Browse, ada: User, best: Submission) -> None:
    from django.utils import timezone

    Edition.objects.update(closes_at=timezone.now())
    browse(ada).post(f"/submissions/{best.pk}/certificate/")
    document = credential(browse, Certificate.objects.get())
    assert document["credentialSubject"]["result"][0]["value"].startswith("0.12")
    assert "on the private rows" in document["credentialSubject"]["achievement"]["criteria"]["narrative"]


def test_it_has_what_open_badges_ask_for(browse: Browse, given: Certificate) -> None:
    document = credential(browse, given)
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["id"] == f"http://testserver/certificates/{given.code}/"
    assert document["issuer"]["id"] == "did:web:testserver"
    achievement = document["credentialSubject"]["achievement"]
    assert {"id", "type", "name", "description", "criteria"} <= set(achievement)
    described = {row["id"] for row in achievement["resultDescription"]}
    assert {row["resultDescription"] for row in document["credentialSubject"]["result"]} == described
    assert document["proof"]["type"] == "DataIntegrityProof"


def test_the_key_that_it_names_is_in_the_did_document(browse: Browse, given: Certificate) -> None:
    did = json.loads(browse().raw("/.well-known/did.json").content)
    (public,) = did["verificationMethod"]
    assert did["id"] == public["controller"] == "did:web:testserver"
    assert did["assertionMethod"] == [public["id"]]
    assert credential(browse, given)["proof"]["verificationMethod"] == public["id"]
    assert public["publicKeyMultibase"].startswith("z6Mk")


def test_the_jwt_is_verified_by_the_published_key(browse: Browse, given: Certificate) -> None:
    (key,) = json.loads(browse().raw("/.well-known/jwks.json").content)["keys"]
    assert set(key) == {"kty", "crv", "alg", "use", "kid", "x"}  # no part of the private key
    token = browse().raw(f"/certificates/{given.code}/credential.jwt").content.decode()
    claims = jwt.decode(token, jwt.PyJWK(key), algorithms=["EdDSA"])
    assert claims["jti"] == f"http://testserver/certificates/{given.code}/"


def test_other_sites_may_read_what_verifies(browse: Browse, given: Certificate) -> None:
    base = f"/certificates/{given.code}/"
    paths = (f"{base}credential.json", f"{base}credential.jwt", "/.well-known/did.json", "/.well-known/jwks.json")
    for path in (*paths, "/certificates/revoked.json"):
        assert browse().raw(path)["Access-Control-Allow-Origin"] == "*"


def test_the_page_verifies_a_genuine_one_and_no_changed_one(browse: Browse, given: Certificate) -> None:
    text = browse().raw(f"/certificates/{given.code}/credential.json").content.decode()
    assert "Genuine" in shown(browse, text)
    assert "Genuine" in shown(browse, json.dumps(json.loads(text), indent=2))
    for changed in (text.replace("0.75", "0.95"), text.replace('"ada"', '"bob"'), text.replace("did:web", "did:wab")):
        assert changed != text
        assert "Not genuine" in shown(browse, changed)


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"a":1,"a":2}', "[" * 60_000, "x" * 70_000, "7", '{"id":NaN'])
def test_what_is_no_certificate_is_said_to_be_none(browse: Browse, home: Any, db: None, text: str) -> None:
    assert "This is not the JSON of a certificate." in shown(browse, text)


def test_a_certificate_of_another_deployment_is_not_ours(browse: Browse, given: Certificate, settings: Any) -> None:
    text = json.dumps(credential(browse, given))
    settings.CERTIFICATE_KEY = b"the secret of another deployment"
    assert "Not genuine" in shown(browse, text)


def test_an_instructor_revokes_it_with_a_reason(
    browse: Browse, given: Certificate, make_user: Callable[..., User]
) -> None:
    instructor = browse(make_user("teacher", is_staff=True))
    text = json.dumps(credential(browse, given))
    instructor.post(f"/certificates/{given.code}/revoke/", reason=" ")
    given.refresh_from_db()
    assert given.revoked_at is None

    instructor.post(f"/certificates/{given.code}/revoke/", reason="Somebody else's work")

    page = browse().get(f"/certificates/{given.code}/")
    assert "was revoked" in page.text
    assert "Somebody else's work" in page.text
    assert "Revoked" in shown(browse, text)
    (row,) = json.loads(browse().raw("/certificates/revoked.json").content)["revokedCredential"]
    assert row == {"id": json.loads(text)["id"], "revoked": True, "revocationReason": "Somebody else's work"}


def test_a_revoked_one_stays_revoked(
    browse: Browse, ada: User, given: Certificate, make_user: Callable[..., User]
) -> None:
    instructor = browse(make_user("teacher", is_staff=True))
    instructor.post(f"/certificates/{given.code}/revoke/", reason="first")
    instructor.post(f"/certificates/{given.code}/revoke/", reason="second")
    page = browse(ada).post(f"/submissions/{given.submission_id}/certificate/")
    assert "was revoked" in page.text
    assert Certificate.objects.get().reason == "first"


@pytest.mark.parametrize("who", ["ada", "bob", None])
def test_nobody_else_revokes_one(browse: Browse, given: Certificate, ada: User, bob: User, who: str | None) -> None:
    visitor = {"ada": ada, "bob": bob, None: None}[who]
    browse(visitor).post(f"/certificates/{given.code}/revoke/", reason="because")
    given.refresh_from_db()
    assert given.revoked_at is None


def test_one_of_a_learner_who_left_is_withdrawn(browse: Browse, ada: User, given: Certificate) -> None:
    text = json.dumps(credential(browse, given))
    browse(ada).post("/accounts/delete/", password="correct horse battery")
    assert "Withdrawn" in shown(browse, text)
    assert browse().get(f"/certificates/{given.code}/").status == 404


def test_hostile_text_stays_text(browse: Browse, ada: User, best: Submission, make_user: Callable[..., User]) -> None:
    Profile.objects.create(user=ada, shown_name=HOSTILE)
    Team.objects.update(name=HOSTILE[:60])
    browse(ada).post(f"/submissions/{best.pk}/certificate/")
    given = Certificate.objects.get()
    browse(make_user("teacher", is_staff=True)).post(f"/certificates/{given.code}/revoke/", reason=HOSTILE)
    text = json.dumps(credential(browse, given))
    pages = [
        browse().get(f"/certificates/{given.code}/"),
        browse(ada).get("/accounts/"),
        browse().post("/certificates/verify/", credential=text),
        browse().post("/certificates/verify/", credential=f"</textarea>{HOSTILE}"),
    ]
    for page in pages:
        assert page.status == 200
        assert not page.all("script")
        assert not page.all("img")
    assert "alert(1)" in pages[0].text
    for path in (f"/certificates/{given.code}/credential.json", "/certificates/revoked.json"):
        response = browse().raw(path)
        assert "html" not in response["Content-Type"]
        assert response["X-Content-Type-Options"] == "nosniff"


def test_the_page_prints_without_the_site_around_it(browse: Browse, given: Certificate) -> None:
    page = browse().get(f"/certificates/{given.code}/")
    assert page.all("link", href="/static/site/certificate.css")
    assert len(page.all("h1")) == 1
    assert not [tag for tag, attributes in page.tags if "style" in attributes]


def test_the_submission_offers_it_to_its_team(browse: Browse, ada: User, best: Submission) -> None:
    page = browse(ada).get(f"/submissions/{best.pk}/")
    assert page.all("form", action=f"/submissions/{best.pk}/certificate/")
