"""Intent: what the author wants from the readers, and how plainly it is said."""

from __future__ import annotations

from leadtui.scoring.hearing import Heard, tell
from leadtui.scoring.language import foreign_language
from leadtui.scoring.ledger import Evidence, Judgement, Step
from leadtui.scoring.reading import Reading

VALUES = {
    "seeking": 1.0,
    "hiring_provider": 1.0,
    "comparing": 0.95,
    "pain": 0.85,
    "advice": 0.6,
    "feedback": 0.3,
    "discussion": 0.25,
    "news": 0.15,
    "none": 0.15,
}
"""How near each intent is to buying."""
_WORDS = {
    "advice": "asks how, not for something to buy",
    "feedback": "wants opinions on work of their own",
    "discussion": "talk, not a request",
    "news": "tells news",
    "none": "asks for nothing",
}


_FOREIGN = "written in {}: only its names and keywords can be judged"
_ASKING = ("seeking", "hiring_provider", "comparing", "pain", "advice")
_COMPANY = 0.4
"""Share of the distance to certainty that each further kind of request takes, times its promise."""
_QUESTION = 0.25
"""The same for a question mark in the title."""
_NO_QUESTION = 0.75
_TALK = 0.5
"""Share of the intent that plain talk or news can take, when no request stands in the title."""
_OTHER_TITLES = (
    "discussion",
    "news",
    "vents",
    "sells",
    "announces",
    "research",
    "hires_staff",
    "seeks_work",
    "solved",
)
"""Kinds of phrase that show a short title to be about something else than a wish."""
_SHORT_TITLE, _SHORT_QUESTION = 6, 9
"""Words of a title that may do no more than name the thing that is wanted."""
_NAMED = 0.6
_TEACHING = 0.5
_LONG = 800
"""Characters of a post from which on its pronouns tell a guide from a question."""
_OTHER_WARE = 0.7
"""What looking for a person is worth to somebody who sells a thing."""


def judge(reading: Reading) -> Judgement:
    """Return the intent whose phrases promise most, weighed by how sure they make."""
    levels = {kind: reading.level(kind) for kind in VALUES if kind in reading.phrases}
    named = _names_the_thing(reading)
    if named:
        levels["seeking"] = 1.0 - (1.0 - levels.get("seeking", 0.0)) * (1.0 - _NAMED)
    promise = {kind: VALUES[kind] * level for kind, level in levels.items()}
    if not reading.hires_out and "hiring_provider" in promise:
        promise["hiring_provider"] *= _OTHER_WARE
    asking = "?" in reading.post.title
    label = max(promise, key=lambda kind: promise[kind], default="none")
    if promise.get(label, 0.0) < VALUES["none"]:
        label = "advice" if asking else "none"
    factor = max(promise.get(label, 0.0), VALUES["none"])
    company = [kind for kind in _ASKING if kind in promise and kind != label]
    against: list[Evidence] = []
    if label in _ASKING:
        for kind in company:
            factor += (1.0 - factor) * _COMPANY * promise[kind]
        if asking:
            factor += (1.0 - factor) * _QUESTION
        elif not any(
            found.start < reading.title_end for kind in _ASKING for found in reading.phrases.get(kind, ())
        ):
            factor *= _dampen(reading, named, against)

    def gains() -> list[Evidence]:
        told = [
            Evidence(found.strength * VALUES[kind], start=found.start, end=found.end)
            for kind in (label, *company)
            for found in reading.strongest(kind)
        ]
        if named:
            told.append(Evidence(_NAMED, "the title names what is wanted"))
        if asking or not told:
            told.append(Evidence(_QUESTION, "the title asks a question" if asking else "a faint request"))
        return told

    def losses() -> list[Evidence]:
        language = foreign_language(reading.folded)
        why = _FOREIGN.format(language) if language else _WORDS.get(label, "only a faint request")
        return [*against, Evidence(0.5, why)]

    return Judgement((Step("intent", factor, gains, losses),), label)


_OTHER_WARE_HEARD = 0.9
_UNLIKELY, _LIKELY = 0.2, 0.6
"""Chances of a wish below which no request is believed, and above which there is one whatever its words."""


def revise(judged: Judgement, reading: Reading, heard: Heard) -> Judgement:
    """Return what the rules and the words make of a post together; a label that the words contradict is changed."""
    (step,) = judged.steps
    label = judged.label
    if label in VALUES and label in _ASKING[:-1] and heard.wants < _UNLIKELY:
        label = "advice" if "?" in reading.post.title else "discussion"
    elif label not in _ASKING and heard.wants > _LIKELY:
        label = "pain" if reading.level("pain") > 0.3 else "seeking"
    power = heard.model.constants["power"]
    factor = heard.wants ** power["wants"] * step.factor ** power["intent"]
    if not reading.hires_out and reading.level("hiring_provider") > 0.3:
        factor *= _OTHER_WARE_HEARD

    def gains() -> list[Evidence]:
        language = foreign_language(reading.folded)
        if language:
            return [*step.gains(), Evidence(0.5, _FOREIGN.format(language))]
        return [*step.gains(), *(tell(heard, reading, for_it=True) if heard.wants > _LIKELY else ())]

    return Judgement((Step("intent", factor, gains, step.losses),), label)


def _dampen(reading: Reading, named: bool, against: list[Evidence]) -> float:
    """Return what is left of a request that stands only in the body, adding to `against` what speaks against it."""
    left = 1.0 - _TALK * reading.level("discussion", "news")
    against += [
        Evidence(found.strength, start=found.start, end=found.end)
        for kind in ("discussion", "news")
        for found in reading.strongest(kind)
    ]
    if _teaches(reading):
        left *= _TEACHING
        against.append(Evidence(1.0, "tells others what to do"))
    if "?" not in reading.text and not named:
        left *= _NO_QUESTION
        against.append(Evidence(0.5, "nothing is asked"))
    return left


def _teaches(reading: Reading) -> bool:
    """Whether a long post speaks of `you` far more than of `I`: a guide, a pitch."""
    if len(reading.text) < _LONG:
        return False
    you = reading.folded.count(" you")
    i = (
        reading.folded.count(" i ")
        + reading.folded.count(" i'")
        + reading.folded.count(" my ")
        + reading.folded.count(" we ")
        + reading.folded.count(" our ")
    )
    return you > 2 * i + 3


def _names_the_thing(reading: Reading) -> bool:
    """Whether the title is little more than a word of the campaign, or that and a price: `CRM for a bakery`, `laptop $600`."""
    title = reading.post.title
    if any(found.start < len(title) for kind in _OTHER_TITLES for found in reading.phrases.get(kind, ())):
        return False
    if not reading.strong or reading.strong[0].start >= reading.title_end:
        return False
    price = title.find("$")
    return len(title.split()) <= (_SHORT_QUESTION if title.endswith("?") else _SHORT_TITLE) or (
        price >= 0 and title[price + 1 : price + 2].isdigit()
    )
