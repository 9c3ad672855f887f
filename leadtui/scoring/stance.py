"""Stance: on which side of a sale the author stands."""

from __future__ import annotations

from leadtui.scoring.hearing import Heard, tell
from leadtui.scoring.ledger import Evidence, Judgement, Step
from leadtui.scoring.reading import REQUEST_KINDS, Reading

_AGAINST = {
    "sells": "sells",
    "announces": "announces",
    "research": "announces",
    "hires_staff": "hires_staff",
    "seeks_work": "seeks_work",
    "solved": "solved",
}
"""Kinds of phrase by which an author is no buyer, with the stance each amounts to."""
_DOUBT, _SURE = 0.25, 0.6
_LEFT = 0.08
"""Share of the score that remains when the stance is sure."""
_NEED = 0.4
"""How far a plain request speaks against the suspicion of a sale: sellers need things too."""
_TAG_FOR_PROVIDERS = 0.3
"""Suspicion of a staff job that is forgiven where the campaign sells people's work: `[Hiring]` means both."""
_VENTS = 0.75

_NEUTRAL = Step("stance", 1.0)


def judge(reading: Reading) -> Judgement:
    """Return the stance; a seller, recruiter or job seeker loses nearly everything, whatever the keywords."""
    ask = reading.level(*REQUEST_KINDS)
    need = max(ask, 0.9 * reading.level("pain"), 0.6 * reading.level("advice"))
    levels = {kind: reading.level(kind) for kind in _AGAINST if kind in reading.phrases}
    if "hires_staff" in levels:
        levels["hires_staff"] -= 0.6 * reading.level("project") + (
            _TAG_FOR_PROVIDERS if reading.hires_out else 0.0
        )
    kind = max(levels, key=lambda each: (_is_tagged(reading, each), levels[each]), default="")
    net = levels.get(kind, 0.0) - (0.0 if kind == "hires_staff" else _NEED * need)
    doubt = min(1.0, max(0.0, (net - _DOUBT) / (_SURE - _DOUBT)))
    if doubt > 0.3:
        return _verdict(reading, _AGAINST[kind], kind, 1.0 - (1.0 - _LEFT) * doubt)
    if reading.level("vents") > 0.4 and ask < 0.4 and "?" not in reading.post.title:
        return _verdict(reading, "vents", "vents", _VENTS)
    asks = ask > 0.3 or reading.level("advice") > 0.3 or "?" in reading.post.title
    label = "asks" if asks else "vents" if reading.level("vents", "pain") > 0.4 else "none"
    return Judgement((_NEUTRAL,), label)


_BELIEVED, _DOUBTED = 0.6, 0.25
"""Chances of another stance above which the words are believed without a rule, and below which no rule is."""
_TOLD_AT_LEAST = 0.1


def revise(judged: Judgement, reading: Reading, heard: Heard) -> Judgement:
    """Return what the rules and the words make of a post together."""
    label = judged.label
    adverse = label in _AGAINST.values()
    if adverse and heard.adverse < _DOUBTED:
        label = "asks" if heard.wants > 0.5 else "none"
    elif not adverse and heard.adverse > _BELIEVED:
        label = _AGAINST[max(_AGAINST, key=lambda kind: reading.level(kind))]
    power = heard.model.constants["power"]
    factor = (1.0 - heard.adverse) ** power["adverse"] * judged.factor ** power["stance"]

    def told() -> list[Evidence]:
        found = [
            Evidence(each.strength, start=each.start, end=each.end)
            for kind in _AGAINST
            for each in reading.strongest(kind)
        ]
        if label == "vents":
            found += judged.steps[0].losses()
        if not found and heard.adverse > _DOUBTED:
            found = tell(heard, reading, for_it=False)
        return found or [Evidence(_TOLD_AT_LEAST, "worded as somebody who offers, not asks")]

    return Judgement((Step("stance", factor, losses=told),), label)


def _is_tagged(reading: Reading, kind: str) -> bool:
    """Whether a tag such as `[For Hire]` says so itself."""
    return any(reading.text[found.start] in "[(" for found in reading.phrases[kind])


def _verdict(reading: Reading, label: str, kind: str, factor: float) -> Judgement:
    def told() -> list[Evidence]:
        return [
            Evidence(found.strength, start=found.start, end=found.end) for found in reading.strongest(kind)
        ]

    return Judgement((Step("stance", factor, losses=told),), label)
