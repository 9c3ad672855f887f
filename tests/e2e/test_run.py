"""`leadtui run`: the endpoint, the schedule, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.running import jsonl, post, process
from tests.e2e.service import Service, check_whole, rows, wait_for

NAME = re.compile(r"leadtui_[a-z][a-z0-9_]*")


def test_the_three_answers_and_the_rules_for_metrics(campaign_home: Path, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text(jsonl(post(number) for number in range(20)), "utf-8")
    assert process("feeds", "add", "jsonl", feed, home=campaign_home).code == 0
    with Service(campaign_home) as service:
        service.wait_until_ready()
        wait_for(
            lambda: service.value("leadtui_posts_new_total", source="jsonl") == 20, "for the feed to be read"
        )
        wait_for(lambda: service.value("leadtui_leads", status="new") == 20, "for the gauge")
        assert service.get("/health")[0] == 200
        status, answer = service.ready()
        assert (status, answer["checks"]["database"]) == (200, "ok")
        assert service.value("leadtui_scheduler_leader") == 1
        assert service.get("/nothing")[0] == 404

        status, text = service.get("/metrics")
        assert status == 200
        families = list(text_string_to_metric_families(text))
        assert len({family.name for family in families}) == len(families)
        for family in families:
            assert NAME.fullmatch(family.name), family.name
            assert family.documentation, family.name
            assert family.type != "unknown", family.name
            assert not family.name.endswith(("_total", "_count", "_sum", "_bucket")) or family.type != "gauge"
            for sample in family.samples:
                assert family.type != "counter" or sample.name.endswith("_total"), sample.name
        assert service.end() == 0
        assert service.process.stdout is not None
        assert service.process.stdout.read() == b""
        assert [event["event"] for event in service.events()][-2:] == ["draining", "stopped"]
        assert len(service.events()) == len(service.stderr.splitlines())


def test_it_drains_and_leaves_everything_in_order(campaign_home: Path, tmp_path: Path) -> None:
    feed = tmp_path / "slow.jsonl"
    with feed.open("w", encoding="utf-8") as stream:
        for number in range(12_000):  # six readings, each far slower than a signal
            stream.write(jsonl([post(number, body="late payment reminders " * 150)]))
    assert process("feeds", "add", "jsonl", feed, home=campaign_home).code == 0
    with Service(campaign_home) as service:
        wait_for(
            lambda: service.value("leadtui_posts_new_total", source="jsonl"), "for the slow poll to begin"
        )
        assert service.ready()[0] == 200
        service.process.send_signal(signal.SIGTERM)
        seen: list[tuple[int, dict[str, object]]] = []

        def draining() -> bool:
            seen.append(service.ready())
            return seen[-1][0] == 503

        wait_for(draining, "for 503")
        assert seen[-1][1]["status"] == "draining"
        assert service.process.wait(60) == 0
    assert rows(campaign_home, "SELECT * FROM leases") == []
    assert not (campaign_home / "leadtui.db-wal").exists()
    check_whole(campaign_home)
    # It ended after the transaction that it was in; what was read is stored together with how far that was.
    ((cursor, counted, left),) = rows(
        campaign_home, "SELECT cursor, posts, next_poll <= last_poll FROM feeds WHERE source = 'jsonl'"
    )
    assert json.loads(cursor)["line"] == counted == rows(campaign_home, "SELECT count(*) FROM posts")[0][0]
    assert 0 < counted < 12_000
    assert left  # the next start goes on at once


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_signals_end_it_as_well(campaign_home: Path, number: signal.Signals) -> None:
    with Service(campaign_home, LEADTUI_METRICS__ENABLED="false") as service:
        wait_for(lambda: rows(campaign_home, "SELECT 1 FROM leases"), "for it to run")
        assert service.end(number) == 0
        assert "Traceback" not in service.stderr
    assert rows(campaign_home, "SELECT * FROM leases") == []


def test_one_that_was_told_not_to_hang_up_runs_on(campaign_home: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        service = Service(campaign_home)
    finally:
        signal.signal(signal.SIGHUP, before)
    with service:
        service.wait_until_ready()
        service.process.send_signal(signal.SIGHUP)
        assert process("import", home=campaign_home, stdin=jsonl([post(1)])).code == 0
        wait_for(lambda: service.value("leadtui_leads", status="new") == 1, "for it to go on")
        assert service.end() == 0


def test_numbers_follow_what_another_process_does(campaign_home: Path) -> None:
    with Service(campaign_home) as service:
        service.wait_until_ready()
        posts = jsonl(post(number) for number in range(30))
        assert process("import", "--json", home=campaign_home, stdin=posts).json["new_leads"] == 30
        wait_for(lambda: service.value("leadtui_leads", status="new") == 30, "for another process's leads")
        assert process("leads", "set", "saved", "1", "2", home=campaign_home).code == 0
        wait_for(
            lambda: service.value("leadtui_leads", status="saved") == 2, "for another process's verdicts"
        )
        assert service.value("leadtui_leads", status="new") == 28
        told = process("doctor", "--json", home=campaign_home)
        schedule = next(check for check in told.json["checks"] if check["name"] == "schedule")
        assert f"pid {service.process.pid}" in schedule["detail"]
        process("discover", home=campaign_home).failed(6, f"pid {service.process.pid}")


def test_a_second_one_stands_by_and_takes_over_from_the_dead(campaign_home: Path, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text(jsonl([post(1)]), "utf-8")
    assert process("feeds", "add", "jsonl", feed, "--every", "0.02", home=campaign_home).code == 0
    with Service(campaign_home) as first:
        wait_for(lambda: first.value("leadtui_scheduler_leader") == 1, "for the first to lead")
        with Service(campaign_home) as second:
            second.wait_until_ready()
            assert second.ready()[1]["checks"]["schedule"] == "standby"
            assert second.value("leadtui_scheduler_leader") == 0
            assert first.ready()[1]["checks"]["schedule"] == "owner"
            first.process.kill()
            first.process.wait()
            wait_for(lambda: second.value("leadtui_scheduler_leader") == 1, "for the second to take over")
            with feed.open("a", encoding="utf-8") as stream:
                stream.write(jsonl([post(2)]))
            wait_for(lambda: len(rows(campaign_home, "SELECT 1 FROM posts")) == 2, "for the second to poll")
            assert second.end() == 0
    assert rows(campaign_home, "SELECT * FROM leases") == []
    check_whole(campaign_home)


def test_a_port_that_is_taken_is_told_and_waited_for(campaign_home: Path, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text(jsonl([post(1)]), "utf-8")
    assert process("feeds", "add", "jsonl", feed, home=campaign_home).code == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Service(campaign_home, port=port) as service:
            wait_for(
                lambda: rows(campaign_home, "SELECT 1 FROM posts"), "for work to go on without the endpoint"
            )
            wait_for(lambda: "http_not_listening" in service.stderr, "for the log to say so")
            told = [event for event in service.events() if event["event"] == "http_not_listening"]
            assert str(port) in told[0]["error"]
            taken.close()
            service.wait_until_ready()
            assert len([event for event in service.events() if event["event"] == "http_not_listening"]) == 1
            assert service.end() == 0


def test_no_endpoint_where_none_is_wanted(campaign_home: Path) -> None:
    with Service(campaign_home, LEADTUI_METRICS__ENABLED="false") as service:
        wait_for(
            lambda: any(event["event"] == "schedule_taken" for event in service.events()), "for it to run"
        )
        assert service.get("/health") == (0, "")
        assert service.end() == 0


def test_a_signal_in_the_midst_of_starting_ends_it_quietly(campaign_home: Path) -> None:
    for moment in ("", "combined.log", "leadtui.db-wal"):
        with Service(campaign_home) as service:
            if moment:
                wait_for(lambda name=moment: list(campaign_home.rglob(name)), moment)  # type: ignore[misc]
            assert service.end() in (0, -signal.SIGTERM)
            assert "Traceback" not in service.stderr
    check_whole(campaign_home)
