"""What the client asks before every command: whose token is this?"""

from __future__ import annotations

from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response

from web.kaggle import shapes
from web.kaggle.base import View
from web.kaggle.errors import answer
from web.kaggle.keys import owner


class IntrospectToken(View):
    authentication_classes = ()

    def post(self, request: Request) -> Response:
        """Return the owner of a token.

        An unknown one gets 401, as RFC 7662 has it for a caller whose own token is not valid: the client calls with the
        same token. At any milder answer it would say nothing of this judge and tell how to sign up at kaggle.com.
        """
        asked = shapes.read(request, shapes.Introspect)
        try:
            user, row = owner(asked.token, request)
        except AuthenticationFailed as error:
            return answer(401, "bad_token", str(error.detail))
        expiry = None if row.expiry is None else int(row.expiry.timestamp())
        body = {"active": True, "username": user.get_username(), "userId": user.pk, "exp": expiry}
        return Response(body, headers={"Cache-Control": "no-store"})
