"""The shapes of requests and answers, as the OpenAPI description shows them; no rule, no query."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from challenges.metrics.types import Better
from challenges.spec import Counts, Kind, Level
from judge.models import Board
from judge.tiers import Tier
from judge.verdicts import Fault, State, Step, Verdict

Shape = serializers.Serializer[Any]
"""Base of all: takes a mapping, gives plain data."""


def _one_of(kind: Any) -> list[tuple[str, str]]:
    return [(str(value), str(value)) for value in kind]


# Errors


class FindingShape(Shape):
    code = serializers.CharField(help_text="Stable name, e.g. `not_a_number`.")
    message = serializers.CharField()
    file = serializers.CharField(allow_null=True, default=None)
    row = serializers.IntegerField(allow_null=True, default=None, help_text="1-based; the header of a csv is row 1.")
    column = serializers.CharField(allow_null=True, default=None)
    found = serializers.CharField(allow_null=True, default=None)
    expected = serializers.CharField(allow_null=True, default=None)
    count = serializers.IntegerField(default=1, help_text="Places that share this finding.")


class ErrorShape(Shape):
    code = serializers.CharField()
    sentence = serializers.CharField()
    findings = FindingShape(many=True)
    retry_at = serializers.DateTimeField(required=False, help_text="When it will be possible again.")
    id = serializers.CharField(required=False, help_text="Number of a failure of ours.")


class RejectedShape(Shape):
    code = serializers.CharField()
    sentence = serializers.CharField()
    findings = FindingShape(many=True)
    submission = serializers.IntegerField(help_text="It is kept in the history; no attempt was used.")
    url = serializers.CharField()


# Accounts


class SignUpShape(Shape):
    username = serializers.CharField(max_length=150)
    email = serializers.EmailField(required=False, allow_blank=True)
    password = serializers.CharField(max_length=1024, write_only=True, trim_whitespace=False)


class LoginShape(Shape):
    username = serializers.CharField(max_length=254, help_text="User name or e-mail address.")
    password = serializers.CharField(max_length=1024, write_only=True, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20,
        required=False,
        write_only=True,
        help_text="Of an authenticator app, or a recovery code, where the account has two-factor authentication.",
    )


class TokenShape(Shape):
    token = serializers.CharField(help_text="Send it as `Authorization: Token ...`.")
    expiry = serializers.DateTimeField(allow_null=True)
    username = serializers.CharField()


class MyTeamShape(Shape):
    challenge = serializers.CharField()
    team = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)


class MeShape(Shape):
    username = serializers.CharField()
    email = serializers.CharField()
    is_staff = serializers.BooleanField()
    teams = MyTeamShape(many=True)


# Challenges


class MetricShape(Shape):
    id = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    better = serializers.ChoiceField(_one_of(Better))
    best = serializers.FloatField(allow_null=True)
    digits = serializers.IntegerField()


class ChallengeShape(Shape):
    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    level = serializers.ChoiceField(_one_of(Level))
    domain = serializers.CharField()
    kind = serializers.ChoiceField(_one_of(Kind))
    roadmap = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    metric = MetricShape()
    opens_at = serializers.DateTimeField(allow_null=True)
    deadline = serializers.DateTimeField(allow_null=True)
    teams = serializers.IntegerField(help_text="Teams with a score.")
    my_team = serializers.CharField(allow_null=True)
    my_rank = serializers.IntegerField(allow_null=True)
    my_tier = serializers.ChoiceField([tier.name.lower() for tier in Tier], allow_null=True)


class ChallengesShape(Shape):
    items = ChallengeShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EditionShape(Shape):
    name = serializers.CharField()
    version = serializers.IntegerField()
    size = serializers.CharField()
    digest = serializers.CharField(help_text="sha256 over all its data; scores of different digests are never ranked.")


class BoardRuleShape(Shape):
    counts = serializers.ChoiceField(_one_of(Counts))
    chosen_max = serializers.IntegerField()
    per_day = serializers.IntegerField()


class QuotaShape(Shape):
    limit = serializers.IntegerField()
    used = serializers.IntegerField()
    left = serializers.IntegerField()
    resets_at = serializers.DateTimeField()


class AnchorShape(Shape):
    value = serializers.FloatField()
    standard_error = serializers.FloatField()


class ChallengeDetailShape(ChallengeShape):
    statement = serializers.CharField(help_text="Markdown, in the language asked for if there is a translation.")
    statement_language = serializers.CharField(help_text="en, or the language of the translation, as zh-hans.")
    edition = EditionShape()
    secondary = MetricShape(many=True)
    unit = serializers.CharField(help_text="What the error of a score is estimated over.")
    file_name = serializers.CharField(help_text="Suggested name of the file to hand in.")
    max_mb = serializers.FloatField()
    answer = serializers.DictField(allow_null=True, help_text="The file that is scored.")
    program = serializers.DictField(allow_null=True, help_text="What is run, and under which limits.")
    board = BoardRuleShape()
    anchors = serializers.DictField(child=AnchorShape(), help_text="floor, baseline, reference, ceiling.")
    quota = QuotaShape()


class FileShape(Shape):
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.CharField()


class FilesShape(Shape):
    items = FileShape(many=True)
    size_bytes = serializers.IntegerField()
    digest = serializers.CharField(help_text="Of the edition.")
    archive_url = serializers.CharField()
    baseline_url = serializers.CharField()
    kit_url = serializers.CharField(allow_null=True, help_text="Files laid over a program when it runs.")


class AnswerFormatShape(Shape):
    digest = serializers.CharField()
    kind = serializers.ChoiceField(_one_of(Kind))
    format = serializers.DictField(allow_null=True, help_text="Answer and expected ids; predictions only.")
    program = serializers.DictField(allow_null=True, help_text="The rules for a program; code and interactive only.")
    kit = serializers.DictField(child=serializers.CharField(), help_text="Our files beside it: name -> base64.")


# Submissions


class HandInShape(Shape):
    file = serializers.FileField()
    description = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class ChooseShape(Shape):
    chosen = serializers.BooleanField()


class ScoreShape(Shape):
    value = serializers.FloatField()
    standard_error = serializers.FloatField()
    interval = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2, help_text="95 %.")
    secondary = serializers.DictField(child=serializers.FloatField())


class SubmissionLineShape(Shape):
    id = serializers.IntegerField()
    challenge = serializers.CharField()
    file_name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    description = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    team = serializers.CharField()
    user = serializers.CharField()
    state = serializers.ChoiceField(_one_of(State))
    verdict = serializers.ChoiceField(_one_of(Verdict), allow_null=True)
    sentence = serializers.CharField(allow_blank=True)
    public = ScoreShape(allow_null=True)
    private = ScoreShape(allow_null=True, help_text="After the deadline, or for staff.")
    chosen = serializers.BooleanField()
    url = serializers.CharField()


class SubmissionsShape(Shape):
    items = SubmissionLineShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    quota = QuotaShape()


class StepShape(Shape):
    step = serializers.ChoiceField(_one_of(Step))
    detail = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class WaitShape(Shape):
    ahead = serializers.IntegerField()
    estimate_s = serializers.FloatField(allow_null=True, help_text="Null while no worker is there that could take it.")


class MissingPlotShape(Shape):
    name = serializers.CharField()
    why = serializers.ChoiceField(
        ["few_rows", "too_large", "failed"],
        help_text="It would tell too much of single rows, would be too large, or failed by our fault.",
    )


class PlotsShape(Shape):
    plots = serializers.ListField(
        child=serializers.DictField(),
        help_text="Of the public rows, rounded to about five rows; `shape` is lines, bars, matrix or examples.",
    )
    missing = MissingPlotShape(many=True)


class MomentShape(Shape):
    until_s = serializers.FloatField(help_text="End of the stretch, in seconds after the start of the run.")
    cpus = serializers.FloatField(allow_null=True, help_text="Processors busy, on average.")
    memory_mb = serializers.FloatField(allow_null=True, help_text="The highest.")
    gpu_busy = serializers.FloatField(allow_null=True, help_text="Share of the time, 0 to 1.")
    gpu_memory_mb = serializers.FloatField(allow_null=True, help_text="The highest.")


class SubmissionShape(SubmissionLineShape):
    sha256 = serializers.CharField()
    fault = serializers.ChoiceField(_one_of(Fault), allow_null=True)
    findings = FindingShape(many=True)
    log_tail = serializers.CharField(allow_blank=True)
    steps = StepShape(many=True)
    wait = WaitShape(allow_null=True, help_text="While it is queued.")
    usage = serializers.DictField(child=serializers.FloatField(allow_null=True))
    timeline = MomentShape(many=True, help_text="What the run used over time, in at most 30 stretches.")
    provenance = serializers.DictField(help_text="Enough to reproduce the score.")
    plots = PlotsShape()
    rank = serializers.IntegerField(allow_null=True, help_text="Of the team on the public board.")
    quota = QuotaShape()


# Boards and teams


class BoardRowShape(Shape):
    rank = serializers.IntegerField()
    team = serializers.CharField()
    is_baseline = serializers.BooleanField()
    is_mine = serializers.BooleanField()
    score = serializers.FloatField()
    standard_error = serializers.FloatField()
    secondary = serializers.DictField(child=serializers.FloatField())
    entries = serializers.IntegerField()
    achieved_at = serializers.DateTimeField()
    level_with = serializers.IntegerField(
        allow_null=True,
        help_text="Rank of a row above that it is statistically level with: chance may have ordered them.",
    )


class BoardShape(Shape):
    board = serializers.ChoiceField(_one_of(Board))
    metric = MetricShape()
    rows = BoardRowShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    teams = serializers.IntegerField()


class MemberShape(Shape):
    username = serializers.CharField()
    is_captain = serializers.BooleanField()


class MergeProposalShape(Shape):
    number = serializers.IntegerField(help_text="Names it in the addresses that accept and decline it.")
    team = serializers.CharField(help_text="The team that proposed it; its name stays.")
    members = serializers.ListField(child=serializers.CharField())


class TeamShape(Shape):
    name = serializers.CharField()
    members = MemberShape(many=True)
    most_members = serializers.IntegerField()
    join_code = serializers.CharField(help_text="Whoever has it may join.")
    rank = serializers.IntegerField(allow_null=True)
    quota = QuotaShape()
    merge_proposed_to = serializers.CharField(allow_null=True, help_text="The team to which ours proposed a merge.")
    merges_offered = MergeProposalShape(many=True, help_text="Proposals that our captain can accept or decline.")


class NewTeamShape(Shape):
    name = serializers.CharField(max_length=200)


class JoinShape(Shape):
    code = serializers.CharField(max_length=200)
