"""Routes of the pages."""

from django.urls import path

from web.pages import (
    board_embed,
    board_feed,
    board_files,
    boards,
    challenges,
    comparing,
    replays,
    roadmaps,
    submissions,
    teams,
)

app_name = "pages"

urlpatterns = [
    path("", challenges.home, name="home"),
    path("roadmaps/", roadmaps.roadmaps, name="roadmaps"),
    path("roadmaps/<slug:slug>/", roadmaps.roadmap, name="roadmap"),
    path("challenges/<slug:slug>/", challenges.overview, name="challenge"),
    path("challenges/<slug:slug>/data/", challenges.data, name="data"),
    path("challenges/<slug:slug>/data/all.zip", challenges.all_files, name="all-files"),
    path("challenges/<slug:slug>/data/starter.zip", challenges.starter, name="starter"),
    path("challenges/<slug:slug>/data/kit.zip", challenges.kit, name="kit"),
    path("challenges/<slug:slug>/data/files/<path:path>", challenges.file, name="file"),
    path("challenges/<slug:slug>/leaderboard/", boards.board, name="board"),
    path("challenges/<slug:slug>/leaderboard/embed/", board_embed.embed, name="board-embed"),
    path("challenges/<slug:slug>/leaderboard/feed.atom", board_feed.BoardFeed(), name="board-feed"),
    path("challenges/<slug:slug>/leaderboard/rows.csv", board_files.as_csv, name="board-csv"),
    path("challenges/<slug:slug>/leaderboard/rows.json", board_files.as_json, name="board-json"),
    path("challenges/<slug:slug>/submit/", submissions.submit, name="submit"),
    path("challenges/<slug:slug>/submissions/", submissions.submissions, name="submissions"),
    path("challenges/<slug:slug>/team/", teams.team, name="team"),
    path("challenges/<slug:slug>/team/create/", teams.create, name="team-create"),
    path("challenges/<slug:slug>/team/join/", teams.join, name="team-join"),
    path("challenges/<slug:slug>/team/leave/", teams.leave, name="team-leave"),
    path("submissions/", submissions.work, name="work"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/live/", submissions.live, name="live"),
    path("submissions/<int:pk>/replay/", replays.replay, name="replay"),
    path("submissions/<int:pk>/replay.json", replays.replay_json, name="replay-json"),
    path("submissions/<int:pk>/compare/", comparing.compare, name="compare"),
    path("submissions/<int:pk>/cancel/", submissions.cancel, name="cancel"),
    path("submissions/<int:pk>/choose/", submissions.choose, name="choose"),
]
