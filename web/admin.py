"""For operators: everything to be read, deadlines to be set, submissions to be cancelled.

State, verdicts, scores and quota are never edited here: judge.bookkeeping alone writes them.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from judge import bookkeeping
from judge.models import Attempt, Edition, Event, Membership, QuotaDay, Submission, Team, Worker

admin.site.site_header = "Judge"
admin.site.site_title = "Judge"
admin.site.index_title = "Operations"


class ReadOnly:
    """What nobody adds, changes or deletes by hand; `editable` names the exceptions."""

    editable: tuple[str, ...] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        names = [field.name for field in self.model._meta.fields]  # type: ignore[attr-defined]
        return [name for name in names if name not in self.editable]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class EventInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Event
    extra = 0


class AttemptInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Attempt
    extra = 0


class MembershipInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0


class QuotaDayInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = QuotaDay
    extra = 0


@admin.register(Edition)
class EditionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Opening and deadline can be set; what was minted cannot be changed."""

    editable = ("opens_at", "closes_at")
    list_display = ("slug", "name", "version", "size", "opens_at", "closes_at", "retired_at", "submission_count")
    list_filter = ("name", "size", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("slug", "name")
    actions = ("close_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        editions: QuerySet[Edition] = super().get_queryset(request)
        return editions.annotate(submission_count=Count("submissions"))

    @admin.display(description="submissions", ordering="submission_count")
    def submission_count(self, edition: Any) -> int:
        return int(edition.submission_count)

    @admin.action(description="Close now: no more hand-ins, private scores are shown", permissions=["change"])
    def close_now(self, request: HttpRequest, queryset: QuerySet[Edition]) -> None:
        now = timezone.now()
        closed = 0
        for edition in queryset:
            if edition.has_closed(now):
                continue
            edition.closes_at = now
            edition.save(update_fields=["closes_at"])
            self.log_change(request, edition, "closed")
            closed += 1
        messages.success(request, f"{closed} closed.")


@admin.register(Submission)
class SubmissionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "edition", "team", "user", "state", "verdict", "public_score", "attempts", "created_at")
    list_filter = ("state", "verdict", "resource", "edition__slug")
    list_select_related = ("edition", "team", "user")
    search_fields = ("=id", "team__name", "user__username", "sha256")
    search_help_text = "Number, team, user or sha256."
    date_hierarchy = "created_at"
    exclude = ("public_spread", "private_spread")
    inlines = (EventInline, AttemptInline)
    actions = ("cancel",)
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [name for name in super().get_readonly_fields(request, obj) if name not in self.exclude]

    @admin.action(description="Cancel: one that has not started gives its attempt back", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Submission]) -> None:
        cancelled = 0
        for submission in queryset:
            if bookkeeping.cancel(submission):
                self.log_change(request, submission, "cancelled")
                cancelled += 1
        messages.success(request, f"{cancelled} of {len(queryset)} cancelled; the others were done already.")


@admin.register(Team)
class TeamAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Whether a row is the host's own baseline can be set."""

    editable = ("is_baseline",)
    list_display = ("name", "edition", "captain", "is_baseline", "created_at")
    list_filter = ("is_baseline", "edition__slug")
    list_select_related = ("edition", "captain")
    search_fields = ("name", "captain__username")
    inlines = (MembershipInline, QuotaDayInline)
    show_full_result_count = False


@admin.register(Worker)
class WorkerAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "resources", "sandbox", "reason", "seen_at")
