"""One proposed change: what it makes of a campaign, and how it is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.campaign import parse, to_toml
from leadtui.domain.edit import KINDS, Edit, author_name
from leadtui.domain.models import Campaign
from leadtui.errors import ConfigError

CAMPAIGN = Campaign("x", keywords=("one", "two"), excluded_authors=("spam",))


@pytest.mark.parametrize(
    ("edit", "field", "value", "told"),
    [
        (Edit("keyword", " three "), "keywords", ("one", "two", "three"), "keyword “three”"),
        (Edit("keyword", "", "one"), "keywords", ("two",), "without the keyword “one”"),
        (Edit("keyword", "three", "one"), "keywords", ("two", "three"), "keyword “three” instead of “one”"),
        (Edit("negative", "hiring"), "negative_keywords", ("hiring",), "negative keyword “hiring”"),
        (Edit("author", "/u/Bob"), "excluded_authors", ("spam", "Bob"), "u/Bob excluded"),
        (Edit("min_score", "0"), "min_score", 0, "min_score 0"),
    ],
    ids=str,
)
def test_what_a_change_makes_of_a_campaign(edit: Edit, field: str, value: object, told: str) -> None:
    assert getattr(edit.apply(CAMPAIGN), field) == value
    assert str(edit) == told


@given(st.sampled_from(KINDS), st.text(max_size=300))
def test_whatever_is_typed_gives_a_campaign_that_can_be_stored_or_is_refused(kind: str, text: str) -> None:
    edit = Edit(kind, text)
    assert str(edit).isprintable() or not text.isprintable()
    try:
        changed = edit.apply(CAMPAIGN)
    except ConfigError:
        return
    assert changed != CAMPAIGN
    assert parse(to_toml(changed), "here") == changed


@given(st.text(max_size=30))
def test_an_author_is_named_once(name: str) -> None:
    assert author_name(author_name(name)) == author_name(name)
