"""The query language: what it means, and that whatever is typed either parses or says where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.query import (
    FIELDS,
    MAX_LENGTH,
    All,
    Choice,
    Compare,
    Either,
    Flag,
    Node,
    Not,
    Query,
    QueryError,
    Text,
    parse,
)
from leadtui.errors import Exit

CONTRACT = (
    "score:>70 sub:saas,startups age:<2d status:new -is:seen intent:seeking author:x campaign:ledgerly kind:post"
    ' title:"late invoices" refund* (crm OR "lead tracker") -hiring sort:score'
)


def test_the_example_of_the_contract() -> None:
    assert parse(CONTRACT) == Query(
        All(
            (
                Compare("score", ">", 70),
                Choice("sub", ("saas", "startups")),
                Compare("age", "<", 172_800),
                Choice("status", ("new",)),
                Not(Flag("seen")),
                Choice("intent", ("seeking",)),
                Choice("author", ("x",)),
                Choice("campaign", ("ledgerly",)),
                Choice("kind", ("post",)),
                Text("late invoices", where="title"),
                Text("refund", prefix=True),
                Either((All((Text("crm"),)), All((Text("lead tracker"),)))),
                Not(Text("hiring")),
            )
        ),
        "score",
    )


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("crm", Text("crm")),
        ("crm*", Text("crm", prefix=True)),
        ('"two words"', Text("two words")),
        ('"two wor"*', Text("two wor", prefix=True)),
        ("body:x", Text("x", where="body")),
        ("body:x*", Text("x", prefix=True, where="body")),
        ('title:"a b"*', Text("a b", prefix=True, where="title")),
        ("-crm", Not(Text("crm"))),
        ("--crm", None),
        ("-(a b)", Not(All((Text("a"), Text("b"))))),
        ("(a)", All((All((Text("a"),)),))),
        ("well-known", Text("well-known")),
        ("or", Text("or")),
        ("ORacle", Text("ORacle")),
        ("score:70", Compare("score", "=", 70)),
        ("score:>=70", Compare("score", ">=", 70)),
        ("SCORE:<70", Compare("score", "<", 70)),
        ("votes:>-5", Compare("votes", ">", -5)),
        ("comments:=3", Compare("comments", "=", 3)),
        ("age:90m", Compare("age", "<", 5_400)),
        ("age:>1.5d", Compare("age", ">", 129_600)),
        ("status:NEW,Saved", Choice("status", ("new", "saved"))),
        ("status:,new,", Choice("status", ("new",))),
        ("is:seen,noted", Either((Flag("seen"), Flag("noted")))),
        ("r:SaaS", Choice("sub", ("saas",))),
        ("sub:/r/SaaS/", Choice("sub", ("saas",))),
        ("subreddit:r/x", Choice("sub", ("x",))),
        ("by:u/someone", Choice("author", ("someone",))),
        ('campaign:"Foo, Inc"', Choice("campaign", ("Foo, Inc",))),
        ("id:3,4", Choice("id", ("3", "4"))),
        ("tag:warm", Choice("tag", ("warm",))),
    ],
)
def test_means(text: str, node: Node | None) -> None:
    if node is None:
        with pytest.raises(QueryError):
            parse(text)
    else:
        found = parse(text).root
        assert found == (node if isinstance(node, All) else All((node,)))


@pytest.mark.parametrize("text", ["", "   ", "sort:score", "  sort:newest  "])
def test_may_ask_for_everything(text: str) -> None:
    assert parse(text).root == All(())


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("a", "score"),
        ("sort:newest a", "newest"),
        ("a sort:oldest b", "oldest"),
        ("a OR b sort:found", "found"),
    ],
)
def test_sorts(text: str, sort: str) -> None:
    assert parse(text).sort == sort


def test_or_binds_less_than_words_side_by_side() -> None:
    sides = (All((Text("a"), Text("b"))), All((Text("c"), Not(Text("d")))))
    assert parse("a b OR c -d").root == All((Either(sides),))


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("a nope:x", 3, 'no field "nope"'),
        ("scor:>1", 1, "did you mean score:?"),
        ("http://example.com", 1, "quote it"),
        ("score:", 7, "without a value"),
        ("score:high", 7, "no whole number"),
        ("score:>1.5", 7, "no whole number"),
        ("age:soon", 5, "no age"),
        ("age:<2", 5, "units"),
        ("status:nwe", 8, "did you mean new?"),
        ("a status:zzz", 10, "one of new, saved"),
        ("is:zzz", 4, "seen, noted"),
        ("status:>new", 8, "cannot be compared"),
        ("id:x", 4, "takes numbers"),
        ('a "b', 3, "quote that is not closed"),
        ("a (b", 3, "bracket that is not closed"),
        ("a b)", 4, "closing bracket too many"),
        ("()", 1, "empty brackets"),
        ("OR a", 1, "OR without anything before"),
        ("a OR", 5, "OR without anything after"),
        ("a OR OR b", 6, "OR without anything after"),
        ("--a", 2, "two minus signs"),
        ("a -", 3, "no letter or digit"),
        ("a *", 3, "nothing before it"),
        ("title:*", 7, "nothing before it"),
        ("score:>99999999999999999999", 7, "too large a number"),
        ("id:99999999999", 4, "too large a number"),
        ("age:<99999999d", 5, "too long a time"),
        ("a +", 3, "no letter or digit"),
        ('""', 1, "no letter or digit"),
        ('title:""', 7, "without a value"),
        ("sort:best", 1, "sort: is one of"),
        ("sort:newest sort:score", 13, "a second sort"),
        ("(a sort:score)", 4, "inside brackets"),
        ("-sort:score", 1, "cannot be negated"),
        ("(" * 60 + "a" + ")" * 60, 42, "nested too deeply"),
        ("a" * (MAX_LENGTH + 1), MAX_LENGTH, "more than"),
    ],
)
def test_says_where_and_what(text: str, column: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert says in str(caught.value)
    assert (caught.value.column, caught.value.code) == (column, Exit.USAGE)
    assert f"column {column}" in str(caught.value)


ANYTHING = st.text() | st.text('ab"():*-<>=,. ORscoretitlesub1d') | st.lists(
    st.sampled_from([f"{field}:" for field in FIELDS] + ['"', "(", ")", "OR", "-", " ", "x", ">", "9", "2d", "*", ","])
).map("".join)  # fmt: skip


@given(ANYTHING)
def test_anything_parses_or_says_where_not(text: str) -> None:
    query = _tried(text)
    if isinstance(query, QueryError):
        assert 1 <= query.column <= len(text) + 1
        assert str(query).isprintable()
    else:
        assert isinstance(query.root, All)


@given(st.text(max_size=200))
def test_a_quoted_text_is_searched_as_it_is(text: str) -> None:
    query = _tried('"' + text.replace('"', "") + '"')
    if isinstance(query, QueryError):
        assert "no letter or digit" in query.what
    else:
        assert [type(node) for node in query.root.nodes] == [Text]


def _tried(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error
