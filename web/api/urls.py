"""Routes of the API, below /api/v1/; every one has a row in web/access.py."""

from __future__ import annotations

from django.urls import path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from web.access import ByTable
from web.api import accounts, boards, challenges, submissions, teams
from web.api.base import View


@extend_schema(exclude=True)
class Unknown(View):
    """Whatever else is asked for: 404, as JSON like everything here."""

    authentication_classes = ()

    def get(self, request: Request) -> None:
        raise NotFound

    post = put = patch = delete = get


app_name = "api"
urlpatterns = [
    path("auth/sign-up", accounts.SignUp.as_view(), name="sign-up"),
    path("auth/login", accounts.Login.as_view(), name="login"),
    path("auth/logout", accounts.Logout.as_view(), name="logout"),
    path("me", accounts.Me.as_view(), name="me"),
    path("challenges", challenges.Challenges.as_view(), name="challenges"),
    path("challenges/<slug:slug>", challenges.ChallengeDetail.as_view(), name="challenge"),
    path("challenges/<slug:slug>/files", challenges.Files.as_view(), name="files"),
    path("challenges/<slug:slug>/files/<path:name>", challenges.File.as_view(), name="file"),
    path("challenges/<slug:slug>/archive", challenges.Archive.as_view(), name="archive"),
    path("challenges/<slug:slug>/baseline", challenges.Baseline.as_view(), name="baseline"),
    path("challenges/<slug:slug>/kit", challenges.Kit.as_view(), name="kit"),
    path("challenges/<slug:slug>/answer-format", challenges.AnswerFormatDetail.as_view(), name="answer-format"),
    path("challenges/<slug:slug>/submissions", submissions.Submissions.as_view(), name="submissions"),
    path("challenges/<slug:slug>/leaderboard", boards.Leaderboard.as_view(), name="leaderboard"),
    path("challenges/<slug:slug>/team", teams.MyTeam.as_view(), name="team"),
    path("challenges/<slug:slug>/team/join", teams.JoinTeam.as_view(), name="team-join"),
    path("challenges/<slug:slug>/team/leave", teams.LeaveTeam.as_view(), name="team-leave"),
    path("challenges/<slug:slug>/team/merge", teams.MergeTeam.as_view(), name="team-merge"),
    path("challenges/<slug:slug>/team/merge/withdraw", teams.WithdrawMerge.as_view(), name="team-merge-withdraw"),
    path(
        "challenges/<slug:slug>/team/merge/<int:number>/accept", teams.AcceptMerge.as_view(), name="team-merge-accept"
    ),
    path(
        "challenges/<slug:slug>/team/merge/<int:number>/decline",
        teams.DeclineMerge.as_view(),
        name="team-merge-decline",
    ),
    path("submissions/<int:number>", submissions.SubmissionDetail.as_view(), name="submission"),
    path("submissions/<int:number>/file", submissions.SubmissionFile.as_view(), name="submission-file"),
    path("submissions/<int:number>/cancel", submissions.Cancel.as_view(), name="cancel"),
    path("submissions/<int:number>/choose", submissions.Choose.as_view(), name="choose"),
    path("schema", SpectacularJSONAPIView.as_view(permission_classes=(ByTable,)), name="schema"),
    re_path(r"^.*$", Unknown.as_view(), name="unknown"),
]
