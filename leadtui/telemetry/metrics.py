"""What the service counts, under fixed names and label values, so that no outside text can make a series.

Loads prometheus_client: import it late.
"""

from __future__ import annotations

import itertools
import platform
import re
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder

from leadtui import __version__
from leadtui.domain.models import DraftState, LeadStatus

OTHER = "other"
"""The label value that stands for everything outside the fixed set."""
FEED_STATES = ("new", "ok", "failing")
"""Never read yet; its last reading worked; its last reading failed."""
POLL_OUTCOMES = ("ok", "error")

_POLL_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_ACCEPT = re.compile(r"[\w ;,=.*/+-]{1,1000}", re.ASCII)

M = TypeVar("M", Counter, Gauge)


class Series(Generic[M]):
    """The children of a metric by their label values, all made beforehand; unknown values count as `other`."""

    def __init__(self, metric: M, *allowed: Iterable[str]) -> None:
        self._allowed = [tuple(dict.fromkeys(itertools.chain(choices, [OTHER]))) for choices in allowed]
        self._children: dict[tuple[str, ...], M] = {}
        for key in itertools.product(*self._allowed):
            self._children[key] = metric.labels(*key)

    def of(self, *labels: str) -> M:
        """Return the child for these label values, in the order of the metric's labels."""
        child = self._children.get(labels)
        if child is None:
            known = zip(labels, self._allowed, strict=True)
            child = self._children[tuple(one if one in choices else OTHER for one, choices in known)]
        return child


class States(Series[Gauge]):
    """A gauge with one label, set as a whole."""

    def set_all(self, counts: Mapping[str, int]) -> None:
        """Set every series from `counts`; a state it does not name stands at 0."""
        totals = dict.fromkeys(self._children.values(), 0)
        for state, count in counts.items():
            totals[self.of(state)] += count
        for child, total in totals.items():
            child.set(total)


class Metrics:
    """Every metric of one process, in a registry of its own.

    Counters are for the one who counts: `metrics.posts_new.of(source).inc(n)`. Safe from any thread.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = self.registry = CollectorRegistry(auto_describe=True)
        names = tuple(sources)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"leadtui_{name}", text, list(labels), registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"leadtui_{name}", text, list(labels), registry=registry)

        self.posts_fetched = Series(counter("posts_fetched", "Posts read from sources.", "source"), names)
        self.posts_new = Series(counter("posts_new", "Posts stored for the first time.", "source"), names)
        self.bad_lines = counter("ingest_bad_lines", "Records of sources that could not be used.")
        self.leads_found = counter("leads_found", "Leads made from posts.")
        self.leads = States(gauge("leads", "Leads by status.", "status"), LeadStatus)
        self.verdicts = Series(
            counter("verdicts", "Changes of a lead's status, by the new one.", "status"), LeadStatus
        )
        self.drafts = States(gauge("drafts", "Drafts and replies by state.", "state"), DraftState)
        self.feeds = States(gauge("feeds", "Feeds by state.", "state"), FEED_STATES)
        self.feed_polls = Series(
            counter("feed_polls", "Readings of feeds.", "source", "outcome"), names, POLL_OUTCOMES
        )
        self.feed_poll_seconds = Histogram(
            "leadtui_feed_poll_seconds",
            "Time that one reading of a feed took.",
            buckets=_POLL_SECONDS,
            registry=registry,
        )
        self.scheduler_leader = gauge("scheduler_leader", "1 while this process owns the schedule, else 0.")
        self.scheduler_catch_ups = counter("scheduler_catch_ups", "Runs made up for after a sleep or a stop.")
        self.clock_jumps = counter("scheduler_clock_jumps", "Times that the wall clock was seen to jump.")
        self.event_loop_lag_seconds = Histogram(
            "leadtui_event_loop_lag_seconds",
            "Time that a due callback waited for the event loop.",
            buckets=_LAG_SECONDS,
            registry=registry,
        )
        Info("leadtui_build", "Version of leadtui and of Python.", registry=registry).info(
            {"version": __version__, "python": platform.python_version()}
        )
        if sys.platform == "linux":
            ProcessCollector(namespace="leadtui", registry=registry)
        else:
            started = gauge(
                "process_start_time_seconds", "Start time of the process since unix epoch in seconds."
            )
            started.set(time.time())

    def exposition(self, accept: str | None = None) -> tuple[bytes, str]:
        """Return the body for a scrape and its content type, in the newest format that `accept` asks for."""
        try:
            encoder, content_type = choose_encoder(accept if accept and _ACCEPT.fullmatch(accept) else "")
        except TypeError:  # a version that is no number
            encoder, content_type = choose_encoder("")
        return encoder(self.registry), content_type
