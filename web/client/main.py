"""`judge`: words on the command line -> one verb. Exit status 0 done (submit --wait: scored), 1 no, 2 wrong usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from web.client import accounts, catalogue, checking, fetching, handing_in, home, scoring, watching
from web.client.door import Door, Json
from web.client.errors import FAILED, USAGE, ClientError, Refused, Usage
from web.client.tables import Format, render

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    words = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = words.run
    try:
        return run(words)
    except Refused as refused:
        for finding in refused.findings:
            print(watching.said(finding), file=sys.stderr)
        print(f"{refused} [{refused.code}]", file=sys.stderr)
        return refused.status
    except ClientError as error:
        print(error, file=sys.stderr)
        return error.status
    except BrokenPipeError:
        sys.stderr.close()  # `judge challenges | head`: whoever read us has seen enough
        return FAILED
    except EOFError:
        print("\nThe input ended before the question was answered; nothing was changed.", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("\nStopped. What was handed in goes on without us.", file=sys.stderr)
        return INTERRUPTED


def _login(words: argparse.Namespace) -> int:
    accounts.login(words.url, username=words.username)
    return 0


def _sign_up(words: argparse.Namespace) -> int:
    accounts.sign_up(words.url, username=words.username, email=words.email)
    return 0


def _logout(words: argparse.Namespace) -> int:
    accounts.logout()
    return 0


def _challenges(words: argparse.Namespace) -> int:
    with Door(home.login()) as door:
        catalogue.challenges(door, search=words.search, style=_style(words))
    return 0


def _files(words: argparse.Namespace) -> int:
    with Door(home.login()) as door:
        catalogue.files(door, _slug(words), style=_style(words))
    return 0


def _download(words: argparse.Namespace) -> int:
    tell = _silent if words.quiet else print
    with Door(home.login()) as door, _progress(quiet=words.quiet) as advance:
        fetching.download(
            door, _slug(words), name=words.file, folder=words.path, force=words.force, tell=tell, progress=advance
        )
    return 0


def _submit(words: argparse.Namespace) -> int:
    slug = _slug(words, near=words.file.parent)
    tell = _silent if words.quiet else print
    with Door(home.login()) as door:
        try:
            submission = handing_in.submit(door, slug, file=words.file, message=words.message)
        except Refused as refused:
            if refused.submission is not None:
                print(f"Submission {refused.submission} to {slug}: rejected", file=sys.stderr)
            raise
        quota = submission["quota"]
        tell(f"Submission {submission['id']} to {slug}: {words.file.name} is in.")
        if not words.wait:
            tell(f"{quota['left']} of {quota['limit']} submissions left today. Follow it: judge submissions {slug}")
            return 0
        return _wait(door, slug, submission, tell)


def _wait(door: Door, slug: str, submission: Json, tell: Callable[[str], None]) -> int:
    """Show a submission run to its end; 0 when it was scored."""
    for line in watching.watch(door, submission):
        if isinstance(line, str):
            tell(line)
            continue
        challenge = door.get(f"challenges/{slug}")
        for part in watching.outcome(line, challenge["metric"], challenge["secondary"]):
            print(part)
        return 0 if line["verdict"] == "scored" else FAILED
    raise AssertionError("watching ends with the submission")


def _submissions(words: argparse.Namespace) -> int:
    with Door(home.login()) as door:
        catalogue.submissions(door, _slug(words), style=_style(words))
    return 0


def _leaderboard(words: argparse.Namespace) -> int:
    if not (words.show or words.download):
        raise Usage("Either --show or --download must be specified")
    board, slug = "private" if words.private else "public", _slug(words)
    with Door(home.login()) as door:
        if words.download:
            catalogue.download_leaderboard(door, slug, board=board, folder=words.path, quiet=words.quiet)
        if words.show:
            catalogue.show_leaderboard(door, slug, board=board, style=_style(words))
    return 0


def _check(words: argparse.Namespace) -> int:
    if len(words.slug_and_file) > 2:
        raise Usage("judge check takes a file, or a challenge and a file")
    *slugs, name = words.slug_and_file
    file = Path(name)
    words.slug = slugs[0] if slugs else None
    with Door(home.login()) as door:
        slug = _slug(words, near=file.parent)
        found = checking.check(door, slug, file)
    for finding in found:
        print(watching.said(finding))
    count = f"{len(found)} finding{'s' if len(found) > 1 else ''}"
    print(f"{file.name} would be rejected: {count}." if found else f"{file.name} fits {slug}.")
    return FAILED if found else 0


def _score(words: argparse.Namespace) -> int:
    if words.list:
        print(render(scoring.registry(words.metric), ["id", "title", "better", "takes"], _style(words)))
        return 0
    for name in ("metric", "truth", "predictions"):
        if not getattr(words, name):
            raise Usage(f"judge score needs --{name}; `judge score --list` shows the metrics.")
    chosen = {
        "ids": tuple(words.id), "truth": tuple(words.truth_columns), "predictions": tuple(words.prediction_columns),
        "unit": words.unit, "group": words.group,
    }  # fmt: skip
    asked = scoring.Asked(
        metric=words.metric, params=words.param, truth=words.truth, predictions=words.predictions, chosen=chosen
    )
    scored = scoring.score(asked)
    match _style(words):
        case Format.TABLE:
            print("\n".join(scoring.lines(scored)))
        case Format.CSV:
            columns = ["file", "minus", "value", "standard_error", "low", "high"]
            print(render(scoring.as_rows(scored), columns, Format.CSV))
        case Format.JSON:
            print(scoring.as_json(scored))
    return 0


def _cancel(words: argparse.Namespace) -> int:
    with Door(home.login()) as door:
        submission = handing_in.cancel(door, words.number)
    done = submission["state"] == "done"
    print(f"Submission {words.number} is cancelled." if done else f"Submission {words.number} is asked to stop.")
    return 0


def _choose(words: argparse.Namespace) -> int:
    with Door(home.login()) as door:
        handing_in.choose(door, words.number, chosen=not words.undo)
    print(f"Submission {words.number} is {'no longer chosen' if words.undo else 'chosen'}.")
    return 0


def _slug(words: argparse.Namespace, *, near: Path | None = None) -> str:
    """Return the challenge that was named, or the one that the folder was downloaded for. Raises Usage."""
    slug: str | None = words.slug or fetching.challenge_of(near or Path())
    if slug is None:
        raise Usage("Which challenge? Name it, or work in the folder that `judge download` made.")
    return slug


def _style(words: argparse.Namespace) -> Format:
    return Format.CSV if words.csv else Format(words.format)


def _silent(line: str) -> None:
    return None


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show how much has arrived, where there is a terminal to show it on."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda count: None
        return
    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("download", total=None)
        yield lambda count: bar.update(task, advance=count)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="judge", description="Challenges from download to leaderboard.")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    login = _verb(verbs, "login", _login, "log in to a judge and keep the token (or set JUDGE_TOKEN)")
    login.add_argument("url", metavar="URL")
    login.add_argument("-u", "--username")

    sign_up = _verb(verbs, "sign-up", _sign_up, "make an account")
    sign_up.add_argument("url", metavar="URL")
    sign_up.add_argument("-u", "--username")
    sign_up.add_argument("--email")

    _verb(verbs, "logout", _logout, "end the kept token")

    challenges = _verb(verbs, "challenges", _challenges, "list challenges")
    challenges.add_argument("-s", "--search", metavar="TERM")
    _add_style(challenges)

    files = _verb(verbs, "files", _files, "list the files of a challenge")
    _add_slug(files)
    _add_style(files)

    download = _verb(verbs, "download", _download, "fetch the files and the starter of a challenge")
    _add_slug(download)
    download.add_argument("-f", "--file", metavar="FILE", help="this file only")
    download.add_argument("-p", "--path", type=Path, metavar="PATH", help="folder for the files; default SLUG/data")
    download.add_argument("-o", "--force", action="store_true", help="replace files that differ")
    download.add_argument("-q", "--quiet", action="store_true")

    submit = _verb(verbs, "submit", _submit, "hand a file in")
    _add_slug(submit)
    submit.add_argument("-f", "--file", type=Path, required=True, metavar="FILE")
    submit.add_argument("-m", "--message", required=True, metavar="MESSAGE")
    submit.add_argument("-w", "--wait", action="store_true", help="show it run; exit status 0 when it was scored")
    submit.add_argument("-q", "--quiet", action="store_true", help="only what came of it")

    submissions = _verb(verbs, "submissions", _submissions, "list what your team handed in")
    _add_slug(submissions)
    _add_style(submissions)

    leaderboard = _verb(verbs, "leaderboard", _leaderboard, "show or download a leaderboard")
    _add_slug(leaderboard)
    leaderboard.add_argument("-s", "--show", action="store_true", help="print the first rows and yours")
    leaderboard.add_argument("-d", "--download", action="store_true", help="write all rows as csv")
    leaderboard.add_argument("--private", action="store_true", help="the final board, once it is shown")
    leaderboard.add_argument("-p", "--path", type=Path, default=Path(), metavar="PATH", help="folder for -d")
    leaderboard.add_argument("-q", "--quiet", action="store_true")
    _add_style(leaderboard)

    check = _verb(verbs, "check", _check, "check a file as the judge would, without handing it in")
    check.add_argument("slug_and_file", nargs="+", metavar="[SLUG] FILE")

    score = _verb(verbs, "score", _score, "score predictions against a truth of your own, by any metric of the judge")
    score.add_argument("--metric", metavar="ID", help="its id; with --list, a part of its id or title")
    score.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the metric")
    score.add_argument("--truth", type=Path, metavar="FILE", help="csv, json, npy or npz")
    score.add_argument("--predictions", type=Path, nargs="+", metavar="FILE", help="several are compared in pairs")
    score.add_argument("--id", action="append", default=[], metavar="COLUMN", help="default: id, or the first shared")
    score.add_argument("--truth-columns", nargs="+", default=[], metavar="COLUMN", help="default: named as predicted")
    score.add_argument("--prediction-columns", nargs="+", default=[], metavar="COLUMN", help="default: all but the ids")
    score.add_argument("--unit", metavar="COLUMN", help="of the truth: rows that are not independent share its value")
    score.add_argument("--group", metavar="COLUMN", help="of the truth: its rows make up one row of the metric")
    score.add_argument("--list", action="store_true", help="show the metrics")
    _add_style(score)

    cancel = _verb(verbs, "cancel", _cancel, "stop a submission")
    cancel.add_argument("number", type=int, metavar="ID")

    choose = _verb(verbs, "choose", _choose, "let a submission count in the end")
    choose.add_argument("number", type=int, metavar="ID")
    choose.add_argument("--undo", action="store_true", help="no longer")
    return parser


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _add_slug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slug", nargs="?", metavar="SLUG", help="default: the challenge this folder was downloaded for")


def _add_style(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-v", "--csv", action="store_true", help="the same as --format csv")
    parser.add_argument("--format", choices=[str(style) for style in Format], default="table")


if __name__ == "__main__":
    sys.exit(main())
