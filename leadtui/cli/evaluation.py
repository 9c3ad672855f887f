"""`leadtui eval`: how well scores agree with the user's verdicts, before and after learning from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from leadtui.cli.common import emit, engine, json_option, run, say, with_config
from leadtui.config import Config
from leadtui.text import plural

if TYPE_CHECKING:
    from leadtui.services.learning import Evaluation

_MEASURES = {"precision": "precision", "recall": "recall", "f1": "F1", "ndcg": "NDCG@10", "top": "P@10"}


@click.command("eval")
@click.option("--campaign", metavar="NAME", help="Only this campaign.")
@json_option
@with_config
def eval_(config: Config, campaign: str | None, as_json: bool) -> None:
    """How well scores agree with your verdicts, before and after learning from them.

    After: each lead scored as taught by the verdicts on others (5-fold cross-validation).
    """

    async def work() -> list[Evaluation]:
        async with engine(config) as opened:
            listed = [await opened.campaigns.named(campaign)] if campaign else await opened.campaigns.listed()
            return [await opened.learning.evaluate(stored) for stored in listed]

    found = run(work())
    if as_json:
        emit(campaigns=[_document(each) for each in found])
        return
    if not found:
        say("no campaigns yet: add one with 'leadtui campaigns add --file FILE.toml'")
    for number, each in enumerate(found):
        if number:
            say()
        _print(each)


def _document(found: Evaluation) -> dict[str, Any]:
    return {
        "campaign": found.campaign,
        "verdicts": found.wanted + found.unwanted,
        "wanted": found.wanted,
        "ignored": found.unwanted,
        "missing": found.needed,
        "before": _figures(found.before),
        "after": _figures(found.after),
        "leakage": [
            {
                "class": leak.kind,
                "ignored": leak.verdicts,
                "before": round(leak.before, 4),
                "after": None if leak.after is None else round(leak.after, 4),
            }
            for leak in found.leaks
        ],
    }


def _figures(quality: Any) -> dict[str, float] | None:
    if quality is None:
        return None
    values = asdict(quality)
    return {_MEASURES[name].lower(): round(values[name], 4) for name in _MEASURES}


def _print(found: Evaluation) -> None:
    verdicts = plural(found.wanted + found.unwanted, "verdict")
    say(f"{found.campaign}: {verdicts}, {found.wanted:,} wanted and {found.unwanted:,} ignored")
    if found.needed:
        say(f"  learning starts after {found.needed}")
    if found.before is None:
        return
    say(f"\n  {'':<26}{'before':>8}{'after':>8}")
    for name, label in _MEASURES.items():
        after = "-" if found.after is None else f"{getattr(found.after, name):.2f}"
        say(f"  {label:<26}{getattr(found.before, name):>8.2f}{after:>8}")
    if found.leaks:
        say(f"\n  {'ignored, but called a lead':<26}{'before':>8}{'after':>8}")
    for leak in found.leaks:
        after = "-" if leak.after is None else f"{leak.after:.0%}"
        say(f"  {f'{leak.kind} ({leak.verdicts:,})':<26}{leak.before:>8.0%}{after:>8}")
