"""View, campaign and filter as one query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.query import parse
from leadtui.errors import ConfigError
from leadtui.tui.views import compose


@pytest.mark.parametrize(
    ("view", "campaign", "text", "query"),
    [
        ("new", None, "", "status:new sort:score"),
        ("all", None, "", "sort:score"),
        ("new", "my shop", "", 'status:new campaign:"my shop" sort:score'),
        ("new", None, "crm", "crm status:new sort:score"),
        ("new", None, "crm OR erp", "(crm OR erp) status:new sort:score"),
        ("new", None, "status:won,lost", "status:won,lost sort:score"),
        ("new", None, "-status:won x", "-status:won x sort:score"),
        ("saved", None, "x sort:newest", "x status:saved sort:newest"),
        ("saved", None, "a OR b sort:newest", "(a OR b) status:saved sort:newest"),
        ("saved", None, '"sort:newest now"', '"sort:newest now" status:saved sort:score'),
        ("saved", None, "sort:oldest", "status:saved sort:oldest"),
    ],
)
def test_compose(view: str, campaign: str | None, text: str, query: str) -> None:
    assert compose(view, campaign, text, "score") == query
    parse(query)


def test_a_wrong_filter_names_the_column_of_what_was_typed() -> None:
    with pytest.raises(ConfigError, match="column 5"):
        compose("new", None, "foo scroe:>1", "score")


@given(st.text(st.sampled_from('ab ()"-:OR*sort:score<>'), max_size=30))
def test_whatever_is_typed_either_parses_or_is_refused(text: str) -> None:
    try:
        query = compose("new", "x", text, "found")
    except ConfigError:
        return
    parse(query)
