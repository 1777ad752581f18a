"""DC-15: the rules hold on every size, forfeits cost one game only, the anchors stand apart."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from types import ModuleType

import numpy as np
import orjson
import pytest

from challenges.catalog.connect_x_league.board import (
    Shape,
    cells,
    column_of,
    completing,
    from_cells,
    has_line,
    landings,
    to_cells,
)
from challenges.catalog.connect_x_league.bots import Weights, searcher
from challenges.catalog.connect_x_league.calibration import ratings
from challenges.catalog.connect_x_league.data import opening_from
from challenges.catalog.connect_x_league.league import RATINGS
from challenges.catalog.connect_x_league.openings import SHAPES, boards
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, Foul, FoulKind, InProcess, Message, Session
from challenges.scoring import Scores, score
from challenges.spec import Size

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("connect-x-league")
USUAL = Shape(6, 7, 4)


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


@cache
def short_edition() -> Dataset:
    """Half of the games against the three quickest bots."""
    league = orjson.loads(edition().referee["league.json"])
    quick = [
        game
        for game in league["games"]
        if game["bot"] in ("random", "one-ply", "negamax-3")
        and game["pair"] // len(RATINGS) < (2 if game["public"] else 4)
    ]
    return Dataset(public=edition().public, referee={"league.json": orjson.dumps({**league, "games": quick})})


def in_process(player: Callable[[Message], Message | None], dataset: Dataset) -> Session:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return CHALLENGE.referee.hold(dialogue, dataset.referee, Size.SMALL)


def scored(session: Session) -> Scores:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


def kit_module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, CHALLENGE.folder / "kit" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def position(shape: Shape, *rows: str) -> tuple[int, int]:
    board = [".XO".index(cell) for row in rows for cell in row]
    return from_cells(shape, [0] * (shape.rows * shape.cols - len(board)) + board)


def test_a_board_survives_the_way_to_bits_and_back() -> None:
    first, second = position(USUAL, "...O...", ".XXO..X")
    assert to_cells(USUAL, first, second)[-14:] == [0, 0, 0, 2, 0, 0, 0, 0, 1, 1, 2, 0, 0, 1]


@pytest.mark.parametrize(
    "rows",
    [
        ("XXXX...",),
        ("X......",) * 4,
        ("X......", ".X.....", "..X....", "...X..."),
        ("......X", ".....X.", "....X..", "...X..."),
    ],
)
def test_four_in_a_line_win_in_every_direction(rows: tuple[str, ...]) -> None:
    assert has_line(USUAL, position(USUAL, *rows)[0])


def test_a_line_does_not_wrap_around_the_edge() -> None:
    assert not has_line(USUAL, position(USUAL, "XX.....", ".....XX")[0])


def test_four_are_not_enough_where_five_are_needed() -> None:
    shape = Shape(8, 9, 5)
    assert not has_line(shape, position(shape, "XXXX.....")[0])
    assert has_line(shape, position(shape, "XXXXX....")[0])


def test_the_cells_that_complete_a_line_are_found_at_its_ends_and_in_its_gaps() -> None:
    first, _ = position(USUAL, "XX.X...")
    assert {column_of(USUAL, cell) for cell in cells(completing(USUAL, first))} == {2}
    first, _ = position(USUAL, ".XXX...")
    assert {column_of(USUAL, cell) for cell in cells(completing(USUAL, first))} == {0, 4}


@pytest.mark.parametrize("shape", SHAPES)
def test_bits_and_the_plain_rules_of_the_kit_agree(shape: Shape) -> None:
    env, rng = kit_module("connectx_env"), Random(7)
    for _ in range(20):
        discs, turn = [0, 0], 0
        while landings(shape, discs[0] | discs[1]):
            free = list(cells(landings(shape, discs[0] | discs[1])))
            plain = env.Game(shape.rows, shape.cols, shape.inarow, to_cells(shape, *discs), turn + 1)
            assert plain.legal() == [column_of(shape, cell) for cell in free]
            hits = [column_of(shape, cell) for cell in cells(completing(shape, discs[turn]) & sum(free))]
            assert [col for col in plain.legal() if plain.wins(col, turn + 1)] == hits
            discs[turn] |= rng.choice(free)
            if has_line(shape, discs[turn]):
                break
            turn = 1 - turn


def test_a_searcher_takes_the_win_and_else_blocks() -> None:
    bot = searcher(depth=3, most_nodes=2000, weights=Weights())
    mine, theirs = position(USUAL, "O......", "OO.....", "OXXX...")
    assert column_of(USUAL, bot(USUAL, mine, theirs, Random(1))) == 4
    assert column_of(USUAL, bot(USUAL, theirs, mine, Random(1))) == 0
    lonely, threat = position(USUAL, "X......", "XOOO...")
    assert column_of(USUAL, bot(USUAL, lonely, threat, Random(1))) == 4


def test_ratings_by_hand_come_out() -> None:
    # Ten wins and ten losses, and the virtual draw, are even; 30.5 to 10.5 is 400 * log10(30.5 / 10.5).
    assert ratings(np.array([[0.0, 10.0], [10.0, 0.0]])).tolist() == [0.0, 0.0]
    assert ratings(np.array([[0.0, 10.0], [30.0, 0.0]]))[1] == pytest.approx(185.25, abs=0.01)


def test_boards_come_in_the_shares_of_the_league() -> None:
    sizes = boards(28)
    assert [sizes.count(shape) for shape in SHAPES] == [17, 4, 4, 3]


def test_each_opening_is_played_twice_with_colours_swapped_against_one_bot() -> None:
    games = orjson.loads(edition().referee["league.json"])["games"]
    assert [sum(game["public"] for game in games), len(games)] == [56, 168]
    pairs: dict[tuple[bool, int], list[dict[str, object]]] = {}
    for game in games:
        pairs.setdefault((game["public"], game["pair"]), []).append(game)
    for one, two in pairs.values():
        assert one["board"] == two["board"]
        assert one["bot"] == two["bot"]
        assert one["learner_begins"] != two["learner_begins"]
    private = [game["bot"] for game in games if not game["public"]]
    assert {private.count(name) for name in RATINGS} == {16}


def test_nobody_has_won_an_opening_or_can_win_at_once() -> None:
    for game in orjson.loads(edition().referee["league.json"])["games"]:
        opening = opening_from(game)
        free = landings(opening.shape, opening.first | opening.second)
        mover = opening.first if opening.first_to_move else opening.second
        assert 2 <= (opening.first | opening.second).bit_count() <= 4
        assert not completing(opening.shape, mover) & free


def test_rehearsal_openings_are_not_the_hidden_ones() -> None:
    hidden = {tuple(game["board"]) for game in orjson.loads(edition().referee["league.json"])["games"]}
    shown = [tuple(opening["board"]) for opening in orjson.loads(edition().public["rehearsal_openings.json"])]
    assert len(shown) == 12
    assert sum(board in hidden for board in shown) <= 2  # two plies on a small board may coincide


def test_random_moves_beat_only_the_random_mover() -> None:
    assert CHALLENGE.referee is not None
    session = in_process(CHALLENGE.referee.careless_players({})["any free column"], short_edition())
    rating, result = session.evaluation.truth["rating"], session.evaluation.predictions["result"]
    assert 0.2 < result[rating == 0].mean() < 0.8
    assert result[rating > 0].mean() < 0.2


def test_the_win_rate_against_each_engine_is_shown() -> None:
    assert CHALLENGE.referee is not None
    session = in_process(CHALLENGE.referee.floor_player({}), short_edition())
    found = scored(session)
    for split, rows in ((found.public, session.evaluation.public), (found.private, ~session.evaluation.public)):
        for bot, rating in RATINGS.items():
            games = rows & (session.evaluation.truth["rating"] == rating)
            expected = session.evaluation.predictions["result"][games]
            if len(expected):
                assert split.secondary[f"win rate against {bot}"] == pytest.approx(expected.mean())
            else:
                assert f"win rate against {bot}" not in split.secondary


def test_a_column_that_does_not_exist_loses_that_game_and_no_other() -> None:
    assert CHALLENGE.referee is not None
    random_player = CHALLENGE.referee.careless_players({})["any free column"]

    def stumble(message: Message) -> Message | None:
        return {"col": 99} if message.get("game") == 0 else random_player(message)

    session = in_process(stumble, short_edition())
    assert session.evaluation.predictions["result"][0] == 0.0
    assert session.evaluation.predictions["result"].sum() > 0


def test_a_silent_player_runs_out_of_time_in_every_game() -> None:
    session = in_process(lambda message: None, short_edition())
    assert session.evaluation.predictions["result"].sum() == 0.0
    assert session.remarks == ("12 of 12 public games lost: out of time",)


def test_the_result_page_shows_public_games_only() -> None:
    assert CHALLENGE.referee is not None
    session = in_process(CHALLENGE.referee.floor_player({}), short_edition())
    assert session.replay is not None
    assert sum(len(row["results"]) for row in session.replay["ladder"]) == 12
    public = [g["board"] for g in orjson.loads(short_edition().referee["league.json"])["games"] if g["public"]]
    assert all(game["opening"] in public for game in session.replay["games"])
    assert len(session.replay["games"]) == 4


def test_the_starter_beats_the_random_mover(play_program: PlayProgram) -> None:
    session = play_program(CHALLENGE, short_edition(), CHALLENGE.files("baseline"))
    rating, result = session.evaluation.truth["rating"], session.evaluation.predictions["result"]
    assert result[rating == 0].mean() > 0.8
    assert session.remarks == ()


def test_garbage_on_the_wire_ends_the_session(play_program: PlayProgram) -> None:
    with pytest.raises(Foul) as caught:
        play_program(CHALLENGE, short_edition(), {"main.py": CHALLENGE.rejected()["illegal_move.py"]})
    assert caught.value.kind is FoulKind.GARBLED


def test_the_local_referee_plays_the_starter(tmp_path: Path) -> None:
    openings = orjson.loads(edition().public["rehearsal_openings.json"])[:2]
    files = {
        **CHALLENGE.files("kit"),
        **CHALLENGE.files("baseline"),
        "rehearsal_openings.json": orjson.dumps(openings),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "local_referee.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["random", "one-ply", "negamax-3"]


@pytest.mark.anchors
def test_the_anchors_stand_apart(play_program: PlayProgram) -> None:
    assert CHALLENGE.referee is not None
    floor = scored(in_process(CHALLENGE.referee.floor_player({}), edition())).private.primary
    baseline = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))).private.primary
    reference = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))).private.primary
    assert baseline.value - floor.value > 3 * np.hypot(baseline.standard_error, floor.standard_error)
    assert reference.value - baseline.value > 3 * np.hypot(baseline.standard_error, reference.standard_error)
