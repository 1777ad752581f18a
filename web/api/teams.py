"""Teams: see, make, join, leave, merge."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from judge import catalogue, merging, teams
from judge.errors import Refused
from web.api import render
from web.api.base import View, answers, learner
from web.api.shapes import JoinShape, NewTeamShape, TeamShape


class MyTeam(View):
    parser_classes = (JSONParser,)

    @extend_schema(operation_id="team", responses=answers({200: TeamShape}, 401, 404))
    def get(self, request: Request, slug: str) -> Response:
        """Return my team in a challenge, with the code by which others join."""
        team = teams.team_of(learner(request), catalogue.find(slug))
        if team is None:
            raise Refused("no_team", "You are in no team yet; the first hand-in makes you a team of one.", status=404)
        return Response(TeamShape(render.team(team)).data)

    @extend_schema(
        operation_id="create_team", request=NewTeamShape, responses=answers({201: TeamShape}, 400, 401, 404, 409)
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make a team with a name of my choice."""
        shape = NewTeamShape(data=request.data)
        shape.is_valid(raise_exception=True)
        team = teams.create(learner(request), catalogue.find(slug), name=shape.validated_data["name"])
        return Response(TeamShape(render.team(team)).data, status=201)


class JoinTeam(View):
    parser_classes = (JSONParser,)

    @extend_schema(operation_id="join_team", request=JoinShape, responses=answers({200: TeamShape}, 400, 401, 404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Join the team that a code belongs to."""
        shape = JoinShape(data=request.data)
        shape.is_valid(raise_exception=True)
        team = teams.join(learner(request), catalogue.find(slug), code=shape.validated_data["code"])
        return Response(TeamShape(render.team(team)).data)


class LeaveTeam(View):
    @extend_schema(operation_id="leave_team", request=None, responses=answers({204: None}, 401, 404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Leave my team, as long as I handed nothing in for it."""
        teams.leave(learner(request), catalogue.find(slug))
        return Response(status=204)


class MergeTeam(View):
    parser_classes = (JSONParser,)

    @extend_schema(
        operation_id="propose_merge", request=JoinShape, responses=answers({201: TeamShape}, 400, 401, 403, 404, 409)
    )
    def post(self, request: Request, slug: str) -> Response:
        """As captain, propose to the team that a code belongs to that our teams become one, with our name."""
        shape = JoinShape(data=request.data)
        shape.is_valid(raise_exception=True)
        proposal = merging.propose(learner(request), catalogue.find(slug), code=shape.validated_data["code"])
        return Response(TeamShape(render.team(proposal.proposer)).data, status=201)


class WithdrawMerge(View):
    @extend_schema(operation_id="withdraw_merge", request=None, responses=answers({204: None}, 401, 403, 404))
    def post(self, request: Request, slug: str) -> Response:
        """As captain, take our proposal of a merge back."""
        merging.withdraw(learner(request), catalogue.find(slug))
        return Response(status=204)


class AcceptMerge(View):
    @extend_schema(
        operation_id="accept_merge", request=None, responses=answers({200: TeamShape}, 401, 403, 404, 409, 410)
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        """As captain, let our team go up in the one that proposed it; this cannot be undone."""
        merged = merging.accept(learner(request), catalogue.find(slug), number)
        return Response(TeamShape(render.team(merged.team)).data)


class DeclineMerge(View):
    @extend_schema(operation_id="decline_merge", request=None, responses=answers({204: None}, 401, 403, 404))
    def post(self, request: Request, slug: str, number: int) -> Response:
        """As captain, say no to a proposed merge."""
        merging.decline(learner(request), catalogue.find(slug), number)
        return Response(status=204)
