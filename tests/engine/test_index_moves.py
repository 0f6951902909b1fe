"""What moved between two versions of the index: the split of each change is exact, and each cause is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fixtures_needs import AREAS, NeedsForce
from upstream.analyse.index_definition import IndexDefinition, load_index
from upstream.analyse.index_moves import KeptIndex, as_data, as_rows, from_data, kept_index, moves
from upstream.analyse.needs import ranked
from upstream.analyse.small_area_needs import TABLES, Needs, needs_of
from upstream.cli.main import main
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.store import ReadingScope

SCOPE = ReadingScope("tests", "moves", TABLES, personal=True)


@pytest.fixture(scope="module")
def counted(needs_force: NeedsForce) -> Needs:
    return needs_of(load_index("vulnerability"), needs_force.store, SCOPE, areas=AREAS, force="test")


def kept(needs: Needs, of: NeedsForce, definition: IndexDefinition) -> KeptIndex:
    return kept_index(definition, needs, ranked(definition, needs, of.store, top=5))


@pytest.fixture(scope="module")
def before(counted: Needs, needs_force: NeedsForce) -> KeptIndex:
    return kept(counted, needs_force, load_index("vulnerability"))


def test_a_score_is_its_needs_by_their_weights(before: KeptIndex) -> None:
    for area in before.areas:
        assert sum(before.weights[key] * area.parts[key] for key in before.weights) == pytest.approx(area.score)
    assert from_data(json.loads(json.dumps(as_data(before)))) == before


def test_other_weights_move_by_weights_alone(before: KeptIndex, counted: Needs, needs_force: NeedsForce) -> None:
    after = kept(counted, needs_force, load_index("vulnerability").weighted({"income": 60.0}))
    made = moves(before, after)
    assert made.differ == ("the weights",)
    assert made.tables == {}
    income = next(key for key in before.titles if key == "income")
    assert made.weights[before.titles[income]] == (before.weights[income], after.weights[income])
    old, new = ({area.code: area for area in one.areas} for one in (before, after))
    for row in made.moves:
        assert row.by_records == 0
        assert row.by_weights == pytest.approx(new[row.code].score - old[row.code].score)
        assert row.entered == (new[row.code].rank <= 5 < old[row.code].rank)
        assert row.left == (old[row.code].rank <= 5 < new[row.code].rank)
    moved = [row.entered or row.left for row in made.moves]
    assert moved == sorted(moved, reverse=True)  # those that entered or left stand first
    assert made.stayed == 5 - sum(row.entered for row in made.moves)


def test_other_records_move_by_records_alone(before: KeptIndex, counted: Needs, needs_force: NeedsForce) -> None:
    first = counted.indicators[0]
    risen = first.values.copy()
    risen[3] = first.values.max() * 2
    other = replace(counted, indicators=(replace(first, values=risen), *counted.indicators[1:]))
    after = replace(kept(other, needs_force, load_index("vulnerability")), tables={**before.tables, "crimes": 9})
    made = moves(before, after)
    assert made.differ == ("the records",)
    (up,) = [row for row in made.moves if row.code == counted.areas[3].code]
    assert up.need == before.titles[counted.used[0].key]
    assert up.by_weights == 0
    assert up.change == pytest.approx(up.by_records)
    assert up.change > 0
    assert made.tables == {"crimes": (before.tables["crimes"], 9)}


def test_both_at_once_add_up(before: KeptIndex, counted: Needs, needs_force: NeedsForce) -> None:
    rng = np.random.default_rng(6)
    mixed = tuple(replace(one, values=rng.permutation(one.values)) for one in counted.indicators)
    after = kept(replace(counted, indicators=mixed), needs_force, load_index("vulnerability").weighted({"harm": 50.0}))
    for row in moves(before, after).moves:
        assert row.by_weights + row.by_records == pytest.approx(row.change)
        assert row.by_records != 0


def test_the_commands_keep_and_compare(needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    config = ["--config", str(needs_force.folder / "upstream.toml")]
    one, two, out = (str(tmp_path / name) for name in ("one.json", "two.json", "moves.csv"))
    main([*config, "analyse", "index-keep", one, "--to", "2022-06"])
    main([*config, "analyse", "index-keep", two, "--to", "2022-06", "--weight", "income=60"])
    main([*config, "analyse", "index-moves", one, two, "--out", out])
    assert "They differ in the weights." in capsys.readouterr().out
    rows = Path(out).read_text().splitlines()
    assert len(rows) == 40  # a header, and 39 small areas with enough residents
    (tmp_path / "two.json").write_text("{}")
    for broken in (two, str(tmp_path / "none.json")):
        with pytest.raises(SystemExit) as stopped:
            main([*config, "analyse", "index-moves", one, broken])
        assert stopped.value.code == 2


def test_a_small_area_of_one_version_is_said(before: KeptIndex) -> None:
    after = replace(before, areas=before.areas[1:])
    made = moves(before, after)
    gone = made.moves[0]
    assert (gone.code, gone.before, gone.after, gone.left) == (before.areas[0].code, 1, None, True)
    assert as_rows(made)[0]["score_change"] is None
    assert moves(after, before).moves[0].entered


def test_the_same_version_moves_nothing_and_another_index_is_refused(before: KeptIndex) -> None:
    made = moves(before, before)
    assert made.differ == ()
    assert made.correlation == pytest.approx(1)
    assert all(row.change == 0 and row.need == "" for row in made.moves)
    later = replace(before, last=Month(2022, 7), engine_version="x")
    assert moves(before, later).differ == ("the months: to June 2022, then to July 2022", "the way of calculating")
    with pytest.raises(BadInput, match="are two indices"):
        moves(before, replace(before, key="typology"))
