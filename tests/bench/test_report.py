"""What the benchmark reports: tables, pictures, and what was measured before an error."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import plots
from bench.load import LoadError, load
from bench.markdown import markdown
from bench.report import Figure, Record, percentile, table


def test_the_table_says_which_goals_are_met() -> None:
    figures = [
        Figure("pages", "chat", 3.0, "ms", limit=0.1, limit_name="ready page", at_most=2.5),
        Figure("throughput", "durable messages", 5000, "/s", limit=10_000, ratio_at_least=0.25),
        Figure("throughput", "lost", 0, at_most=0),
    ]
    assert [figure.met for figure in figures] == [False, True, True]
    assert [line.split()[-1] for line in table(figures).splitlines()] == ["MISSED", "met", "met"]
    assert "30.0" in table(figures)


def test_a_percentile_is_one_of_the_numbers() -> None:
    assert [percentile(range(1, 101), percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert percentile([7], 50) == 7


def test_the_pictures_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "DOCS", tmp_path)
    plots.draw_all(
        Figure("latency", "p50", rate / 100, "ms", plot=("latency", "p50", rate)) for rate in (100, 500, 2000)
    )
    assert [path.name for path in tmp_path.iterdir()] == ["latency.svg"]
    drawing = ElementTree.parse(tmp_path / "latency.svg").getroot()
    assert len([element for element in drawing if element.tag.endswith("circle")]) == 3


def test_what_was_measured_before_an_error_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = Record(tmp_path / "results" / "run.jsonl")
    record.begin(quick=True)

    def scenario() -> Iterator[Figure]:
        yield Figure("idle", "a socket", 20.1, "KiB")
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        record.keep("idle", scenario())
    record.fail("idle", "failed: OSError: no more")
    lines = [json.loads(line) for line in record.path.read_text().splitlines()]
    assert [line.get("name", line.get("failed")) for line in lines[1:]] == ["a socket", "failed: OSError: no more"]
    assert "a socket" in capsys.readouterr().out
    assert record.measured == []


def test_an_error_in_the_load_generator_is_one_sentence_with_its_traceback() -> None:
    with pytest.raises(LoadError) as error:
        load(fails)
    assert str(error.value) == "KeyError: 'there is no such thing'"
    assert "in fails" in error.value.__notes__[0]


async def fails() -> None:
    raise KeyError("there is no such thing")


def test_the_table_of_the_document_comes_from_the_last_run_that_measured_a_scenario(tmp_path: Path) -> None:
    first, second = Record(tmp_path / "1.jsonl"), Record(tmp_path / "2.jsonl")
    for record, kib in ((first, 20.1), (second, 21.2)):
        record.begin(quick=False)
        record.keep("idle", [Figure("idle", "a socket", kib, "KiB", limit=14.0, limit_name="bare relay", at_most=25)])
    first.keep("visit", [Figure("visit", "requests", 26, at_most=25), Figure("visit", "lost", 0, at_most=0)])
    second.fail("visit", "failed: no browser")
    lines = [line for record in (first, second) for line in record.path.read_text().splitlines()]
    assert markdown(lines).splitlines()[2:] == [
        "| `idle` | a socket | 21.2 KiB | 14.0 (bare relay) | 1.51 | ≤ 25.0: met |",
        "| `visit` | requests | 26.0 |  |  | ≤ 25.0: **not met** |",
    ]
