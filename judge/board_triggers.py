"""What keeps BoardState: triggers of the database, so that no writer of a row can pass by.

    judge_standing   a row comes, changes or goes   length and revision of its board
    judge_team       a name or `is_baseline`        revision of its boards, and who counts

They are no part of a migration: SQLite drops a table's triggers when a migration alters it and then misses what
others name, and PostgreSQL alters no column that a trigger names. They go before migrations run and come back after
every `manage.py migrate`, which then counts all boards anew.

Locks: whoever writes a row of a board holds the board's state until the end of the transaction. A statement that
touches several takes them by rising edition, the public board before the private one, as scores are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Count, Q

from judge.models import BoardState, Standing

SQLITE_DRAWN = "lower(hex(randomblob(16)))"

SQLITE_ADD = f"""
    INSERT INTO judge_boardstate (edition_id, board, teams, revision)
    SELECT NEW.edition_id, NEW.board, NOT is_baseline, {SQLITE_DRAWN} FROM judge_team WHERE id = NEW.team_id
    ON CONFLICT (edition_id, board) DO UPDATE SET teams = teams + excluded.teams, revision = excluded.revision;
"""  # noqa: S608  (only constants of this module, here and below)

SQLITE_REMOVE = f"""
    UPDATE judge_boardstate
    SET teams = teams - (SELECT count(*) FROM judge_team WHERE id = OLD.team_id AND NOT is_baseline),
        revision = {SQLITE_DRAWN}
    WHERE edition_id = OLD.edition_id AND board = OLD.board;
"""  # noqa: S608

SQLITE_MAKE = (
    f"CREATE TRIGGER board_row_added AFTER INSERT ON judge_standing BEGIN {SQLITE_ADD} END",
    f"CREATE TRIGGER board_row_removed AFTER DELETE ON judge_standing BEGIN {SQLITE_REMOVE} END",
    f"CREATE TRIGGER board_row_changed AFTER UPDATE ON judge_standing BEGIN {SQLITE_REMOVE} {SQLITE_ADD} END",
    f"""CREATE TRIGGER board_team_changed AFTER UPDATE OF name, is_baseline ON judge_team
        WHEN OLD.name <> NEW.name OR OLD.is_baseline <> NEW.is_baseline BEGIN
            UPDATE judge_boardstate SET revision = {SQLITE_DRAWN}, teams = teams + (OLD.is_baseline - NEW.is_baseline)
                * (SELECT count(*) FROM judge_standing AS row WHERE row.edition_id = judge_boardstate.edition_id
                   AND row.board = judge_boardstate.board AND row.team_id = NEW.id)
            WHERE edition_id = NEW.edition_id;
        END""",  # noqa: S608
)

SQLITE_DROP = tuple(
    f"DROP TRIGGER IF EXISTS {name}"
    for name in ("board_row_added", "board_row_removed", "board_row_changed", "board_team_changed")
)

POSTGRES_ROWS = {
    "INSERT": ("NEW TABLE AS came", "SELECT edition_id, board, team_id, 1 AS one FROM came"),
    "DELETE": ("OLD TABLE AS gone", "SELECT edition_id, board, team_id, -1 AS one FROM gone"),
    "UPDATE": (
        "NEW TABLE AS came OLD TABLE AS gone",
        "SELECT edition_id, board, team_id, 1 AS one FROM came"
        " UNION ALL SELECT edition_id, board, team_id, -1 AS one FROM gone",
    ),
}
"""Statement -> the tables that its trigger sees, and its rows with what they add to the length of their board."""


def _postgres_rows(statement: str) -> Sequence[str]:
    tables, rows = POSTGRES_ROWS[statement]
    name = f"judge_board_{statement.lower()}"
    return (
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            touched record;
        BEGIN
            FOR touched IN
                SELECT r.edition_id, r.board, coalesce(sum(r.one) FILTER (WHERE NOT team.is_baseline), 0) AS more
                FROM ({rows}) AS r LEFT JOIN judge_team AS team ON team.id = r.team_id
                GROUP BY r.edition_id, r.board ORDER BY r.edition_id, r.board DESC
            LOOP
                UPDATE judge_boardstate SET teams = teams + touched.more, revision = gen_random_uuid()
                WHERE edition_id = touched.edition_id AND board = touched.board;
                IF NOT FOUND AND TG_OP <> 'DELETE' THEN
                    INSERT INTO judge_boardstate (edition_id, board, teams, revision)
                    VALUES (touched.edition_id, touched.board, touched.more, gen_random_uuid())
                    ON CONFLICT (edition_id, board) DO UPDATE
                    SET teams = judge_boardstate.teams + EXCLUDED.teams, revision = EXCLUDED.revision;
                END IF;
            END LOOP;
            RETURN NULL;
        END $$""",  # noqa: S608
        f"CREATE TRIGGER {name} AFTER {statement} ON judge_standing REFERENCING {tables}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    )


POSTGRES_MAKE = (
    *(line for statement in POSTGRES_ROWS for line in _postgres_rows(statement)),
    """CREATE OR REPLACE FUNCTION judge_board_team() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM judge_boardstate WHERE edition_id = NEW.edition_id ORDER BY board DESC FOR UPDATE;
        UPDATE judge_boardstate SET revision = gen_random_uuid(),
            teams = teams + (OLD.is_baseline::int - NEW.is_baseline::int) * (
                SELECT count(*) FROM judge_standing AS r WHERE r.edition_id = judge_boardstate.edition_id
                AND r.board = judge_boardstate.board AND r.team_id = NEW.id)
        WHERE edition_id = NEW.edition_id;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER judge_board_team AFTER UPDATE OF name, is_baseline ON judge_team FOR EACH ROW
    WHEN (OLD.name <> NEW.name OR OLD.is_baseline <> NEW.is_baseline) EXECUTE FUNCTION judge_board_team()""",
)

POSTGRES_DROP = (
    *(f"DROP TRIGGER IF EXISTS judge_board_{statement.lower()} ON judge_standing" for statement in POSTGRES_ROWS),
    "DROP TRIGGER IF EXISTS judge_board_team ON judge_team",
)


@dataclass(frozen=True)
class Corrected:
    """A board whose kept length was not the counted one."""

    edition_id: int
    board: str
    kept: int
    counted: int


def install(using: str = DEFAULT_DB_ALIAS) -> Sequence[Corrected]:
    """Make the triggers anew and count all boards, so that both are right from here on."""
    made, _dropped = _sql(using)
    with transaction.atomic(using=using):
        remove(using)
        _run(using, made)
        return recount(using)


def remove(using: str = DEFAULT_DB_ALIAS) -> None:
    """Drop the triggers, as before a migration that may alter their tables."""
    _made, dropped = _sql(using)
    _run(using, dropped)


def recount(using: str = DEFAULT_DB_ALIAS) -> Sequence[Corrected]:
    """Count all boards, while nobody writes to one; return those whose kept length was wrong, which is so no longer."""
    with transaction.atomic(using=using):
        if connections[using].vendor == "postgresql":
            _run(using, ["LOCK TABLE judge_standing, judge_team IN SHARE ROW EXCLUSIVE MODE"])
        rows = Standing.objects.using(using).values("edition_id", "board")
        counted = {
            (row["edition_id"], row["board"]): row["teams"]
            for row in rows.annotate(teams=Count("pk", filter=Q(team__is_baseline=False)))
        }
        kept = {(state.edition_id, state.board): state for state in BoardState.objects.using(using).all()}
        wrong = []
        for edition_id, board in sorted(counted.keys() | kept.keys()):
            state, teams = kept.get((edition_id, board)), counted.get((edition_id, board), 0)
            if state is None:
                state = BoardState(edition_id=edition_id, board=board, teams=0)
            elif state.teams == teams:
                continue
            wrong.append(Corrected(edition_id, board, state.teams, teams))
            state.teams, state.revision = teams, str(uuid4())
            state.save(using=using)
    return wrong


def before_migrations(*, using: str, plan: Sequence[object] = (), **_told: Any) -> None:
    """Receive pre_migrate."""
    if plan and "judge_team" in connections[using].introspection.table_names():
        remove(using)


def after_migrations(*, using: str, plan: Sequence[object] | None = None, **_told: Any) -> None:
    """Receive post_migrate, which a `flush` sends too, without a plan: that drops no trigger."""
    if plan is not None and BoardState._meta.db_table in connections[using].introspection.table_names():
        install(using)


def _sql(using: str) -> tuple[Sequence[str], Sequence[str]]:
    sqlite = connections[using].vendor == "sqlite"
    return (SQLITE_MAKE, SQLITE_DROP) if sqlite else (POSTGRES_MAKE, POSTGRES_DROP)


def _run(using: str, statements: Sequence[str]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
