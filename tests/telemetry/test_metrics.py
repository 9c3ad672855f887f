"""The exposition as Prometheus would read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from leadtui.domain.models import DraftState, LeadStatus
from leadtui.telemetry.metrics import FEED_STATES, Metrics

SOURCES = ("jsonl", "demo")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(SOURCES)


def text_of(metrics: Metrics) -> str:
    return metrics.exposition()[0].decode()


def samples(metrics: Metrics) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text_of(metrics)):
        yield from family.samples


def value(metrics: Metrics, name: str, **labels: str) -> float:
    (found,) = [one.value for one in samples(metrics) if one.name == name and one.labels == labels]
    return found


def test_names_follow_the_rules_of_promtool(metrics: Metrics) -> None:
    families = list(text_string_to_metric_families(text_of(metrics)))
    assert len(families) > 15
    for family in families:
        assert re.fullmatch(r"leadtui_[a-z][a-z0-9_]*", family.name)
        assert family.documentation.endswith(".")
        assert family.type in ("counter", "gauge", "histogram")
        assert not re.search(
            r"_(milliseconds|minutes|hours|kilobytes|percent|count|bucket|sum)(_|$)", family.name
        )
        assert not re.search(r"(counter|gauge|histogram)", family.name)
        if family.type == "counter":
            assert {one.name for one in family.samples} == {f"{family.name}_total"}
        else:
            assert not family.name.endswith("_total")
        for sample in family.samples:
            assert set(sample.labels) <= {"source", "outcome", "status", "state", "version", "python", "le"}
            assert not set(sample.labels) & set(family.name.split("_"))


def test_every_family_has_help_and_type_once_and_no_series_twice(metrics: Metrics) -> None:
    text = text_of(metrics)
    for keyword in ("HELP", "TYPE"):
        names = re.findall(rf"^# {keyword} (\S+) ", text, re.MULTILINE)
        assert len(names) == len(set(names)) > 15
    series = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series)) > 60


def test_every_series_exists_before_anything_happened(metrics: Metrics) -> None:
    for source in (*SOURCES, "other"):
        assert value(metrics, "leadtui_posts_fetched_total", source=source) == 0
        assert value(metrics, "leadtui_posts_new_total", source=source) == 0
        for outcome in ("ok", "error"):
            assert value(metrics, "leadtui_feed_polls_total", source=source, outcome=outcome) == 0
    for status in LeadStatus:
        assert value(metrics, "leadtui_leads", status=status) == 0
        assert value(metrics, "leadtui_verdicts_total", status=status) == 0
    for state in DraftState:
        assert value(metrics, "leadtui_drafts", state=state) == 0
    for feed_state in FEED_STATES:
        assert value(metrics, "leadtui_feeds", state=feed_state) == 0
    for name in (
        "leads_found_total",
        "ingest_bad_lines_total",
        "scheduler_leader",
        "scheduler_catch_ups_total",
        "scheduler_clock_jumps_total",
        "feed_poll_seconds_count",
        "event_loop_lag_seconds_count",
    ):
        assert value(metrics, f"leadtui_{name}") == 0
    assert value(metrics, "leadtui_process_start_time_seconds") > 1_600_000_000
    (build,) = [one for one in samples(metrics) if one.name == "leadtui_build_info"]
    assert set(build.labels) == {"version", "python"}
    assert build.value == 1


def test_what_happens_is_counted(metrics: Metrics) -> None:
    metrics.posts_fetched.of("jsonl").inc(100)
    metrics.posts_new.of("jsonl").inc(7)
    metrics.leads_found.inc(3)
    metrics.feed_polls.of("demo", "error").inc()
    metrics.verdicts.of(LeadStatus.SAVED).inc()
    metrics.verdicts.of("saved").inc()
    metrics.scheduler_leader.set(1)
    metrics.feed_poll_seconds.observe(0.3)
    assert value(metrics, "leadtui_posts_fetched_total", source="jsonl") == 100
    assert value(metrics, "leadtui_posts_new_total", source="jsonl") == 7
    assert value(metrics, "leadtui_leads_found_total") == 3
    assert value(metrics, "leadtui_feed_polls_total", source="demo", outcome="error") == 1
    assert value(metrics, "leadtui_verdicts_total", status="saved") == 2
    assert value(metrics, "leadtui_scheduler_leader") == 1
    assert value(metrics, "leadtui_feed_poll_seconds_sum") == 0.3


def test_states_are_set_as_a_whole(metrics: Metrics) -> None:
    metrics.leads.set_all({"new": 5, "saved": 2})
    metrics.leads.set_all({LeadStatus.NEW: 4, "a status of tomorrow": 1, "another": 2})
    assert value(metrics, "leadtui_leads", status="new") == 4
    assert value(metrics, "leadtui_leads", status="saved") == 0
    assert value(metrics, "leadtui_leads", status="other") == 3


def test_outside_text_never_becomes_a_series(metrics: Metrics) -> None:
    before = {(one.name, *sorted(one.labels.items())) for one in samples(metrics)}
    for hostile in ('r/x"} 1\nforged_total 7', "https://h.example/?token=canary", "\x1b[2J", ""):
        metrics.posts_fetched.of(hostile).inc()
        metrics.feed_polls.of(hostile, hostile).inc()
        metrics.feed_polls.of("jsonl", hostile).inc()
        metrics.leads.set_all({hostile: 3})
    assert {(one.name, *sorted(one.labels.items())) for one in samples(metrics)} == before
    assert value(metrics, "leadtui_posts_fetched_total", source="other") == 4
    assert value(metrics, "leadtui_feed_polls_total", source="jsonl", outcome="other") == 4


def test_two_of_them_do_not_get_in_each_others_way() -> None:
    one, two = Metrics(SOURCES), Metrics(SOURCES)
    one.leads_found.inc()
    assert (value(one, "leadtui_leads_found_total"), value(two, "leadtui_leads_found_total")) == (1, 0)


def test_openmetrics_is_given_to_those_who_ask(metrics: Metrics) -> None:
    body, content_type = metrics.exposition("application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    names = {family.name for family in parse_openmetrics(body.decode())}  # type: ignore[no-untyped-call]
    assert {"leadtui_leads_found", "leadtui_build", "leadtui_feed_poll_seconds"} <= names


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/openmetrics-text; version=abc",
        "application/openmetrics-text; version=1.0.0\x1b",
        "é",
        "a" * 5000,
    ],
)
def test_an_odd_accept_header_gets_plain_text(metrics: Metrics, accept: str | None) -> None:
    body, content_type = metrics.exposition(accept)
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert b"leadtui_leads_found_total 0.0" in body
