"""Routes of the Kaggle-protocol door, below /api/v1/ and before our own API; every one has a row in web/access.py."""

from __future__ import annotations

from django.urls import path, re_path
from django.utils.translation import gettext as _
from rest_framework.request import Request

from web.kaggle import boards, competitions, introspection, submissions
from web.kaggle.base import View
from web.kaggle.errors import Problem


class Unknown(View):
    """Whatever else the client can ask kaggle.com for."""

    authentication_classes = ()

    def post(self, request: Request) -> None:
        commands = "list, pages, files, download, submit, submissions, submission-limits, leaderboard"
        message = _("This is a judge, not kaggle.com. Here `kaggle competitions` knows: %(commands)s.")
        raise Problem("unknown_command", message % {"commands": commands}, status=404)


SERVICE = "competitions.CompetitionApiService"

app_name = "kaggle"
urlpatterns = [
    path("security.OAuthService/IntrospectToken", introspection.IntrospectToken.as_view(), name="introspect-token"),
    path(f"{SERVICE}/ListCompetitions", competitions.ListCompetitions.as_view(), name="list-competitions"),
    path(f"{SERVICE}/GetCompetition", competitions.GetCompetition.as_view(), name="get-competition"),
    path(f"{SERVICE}/ListCompetitionPages", competitions.ListCompetitionPages.as_view(), name="list-pages"),
    path(f"{SERVICE}/ListDataFiles", competitions.ListDataFiles.as_view(), name="list-files"),
    path(f"{SERVICE}/DownloadDataFile", competitions.DownloadDataFile.as_view(), name="download-file"),
    path(f"{SERVICE}/DownloadDataFiles", competitions.DownloadDataFiles.as_view(), name="download-files"),
    path("competitions/data/download/<slug:slug>/<path:name>", competitions.File.as_view(), name="file"),
    path("competitions/data/download-all/<slug:slug>.zip", competitions.Archive.as_view(), name="archive"),
    path(f"{SERVICE}/StartSubmissionUpload", submissions.StartSubmissionUpload.as_view(), name="start-upload"),
    path("competitions/uploads/<str:key>", submissions.Upload.as_view(), name="upload"),
    path(f"{SERVICE}/CreateSubmission", submissions.CreateSubmission.as_view(), name="create-submission"),
    path(f"{SERVICE}/CreateCodeSubmission", submissions.CreateCodeSubmission.as_view(), name="create-code-submission"),
    path(f"{SERVICE}/ListSubmissions", submissions.ListSubmissions.as_view(), name="list-submissions"),
    path(f"{SERVICE}/GetSubmission", submissions.GetSubmission.as_view(), name="get-submission"),
    path(f"{SERVICE}/GetSubmissionLimits", submissions.GetSubmissionLimits.as_view(), name="submission-limits"),
    path(f"{SERVICE}/GetLeaderboard", boards.GetLeaderboard.as_view(), name="get-leaderboard"),
    path(f"{SERVICE}/DownloadLeaderboard", boards.DownloadLeaderboard.as_view(), name="download-leaderboard"),
    re_path(r"^[\w.]+Service/\w+$", Unknown.as_view(), name="unknown"),
]
