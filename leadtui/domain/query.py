"""The query language: one grammar for the filter bar, saved views, alert rules and the command line.

    query  := or
    or     := and ("OR" and)*
    and    := not+
    not    := "-" atom | atom
    atom   := "(" or ")" | field ":" value | phrase | word ["*"]

Words side by side must all match; a leading `-` negates; `OR` is written in capitals. `sort:` may stand anywhere
at the top level, once. Everything a person can type either parses or raises `ConfigError` naming the column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from leadtui.domain.models import LeadStatus, PostKind
from leadtui.errors import ConfigError
from leadtui.text import clean_line

INTENTS = (
    "seeking",
    "comparing",
    "pain",
    "hiring_provider",
    "advice",
    "feedback",
    "discussion",
    "news",
    "none",
)
STANCES = ("asks", "vents", "announces", "sells", "hires_staff", "seeks_work", "solved", "none")
SORTS = ("score", "newest", "oldest", "found")
FLAGS = ("seen", "noted", "drafted", "tagged", "copied")
MAX_LENGTH = 2_000
_MAX_DEPTH = 40

Sort = Literal["score", "newest", "oldest", "found"]


@dataclass(frozen=True, slots=True)
class Text:
    """A word or phrase of the title or body; with `prefix`, its last word may go on."""

    words: str
    prefix: bool = False
    where: Literal["any", "title", "body"] = "any"


@dataclass(frozen=True, slots=True)
class Choice:
    """A field whose value is one of several."""

    field: Literal["status", "sub", "intent", "stance", "author", "campaign", "kind", "tag", "id"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """A number compared: `score`, `comments`, `votes`; `age` in seconds."""

    field: Literal["score", "age", "comments", "votes"]
    operator: Literal["<", "<=", ">", ">=", "="]
    value: float


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether something was done with the lead."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a node."""

    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the nodes; none means everything."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the nodes."""

    nodes: tuple[Node, ...]


Node = Text | Choice | Compare | Flag | Not | All | Either


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query."""

    root: All
    sort: Sort = "score"


class QueryError(ConfigError):
    """A query that cannot be understood; `column` counts from 1."""

    def __init__(self, column: int, what: str, fix: str = "") -> None:
        super().__init__(what, where=f"query, column {column}", fix=fix)
        self.column = column


_CHOICES: dict[str, tuple[str, ...]] = {
    "status": tuple(LeadStatus),
    "intent": INTENTS,
    "stance": STANCES,
    "kind": tuple(PostKind),
    "is": FLAGS,
    "sort": SORTS,
}
_FREE = ("sub", "author", "campaign", "tag", "id")
_NUMBERS = ("score", "age", "comments", "votes")
_TEXTS = ("title", "body")
FIELDS = (*_NUMBERS, *_FREE, *_CHOICES, *_TEXTS)
_ALIASES = {"subreddit": "sub", "by": "author", "r": "sub"}

_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<or>OR(?=[\s(]|$))|(?P<not>-(?=\S))|(?P<field>[A-Za-z]+):(?=[^\s)]|$)|(?P<quoted>"(?P<phrase>[^"]*)"(?P<star>\*)?)|(?P<word>[^\s()"]+))"""
)
_VALUE = re.compile(r"""(?P<operator><=|>=|<|>|=)?(?:"(?P<phrase>[^"]*)"(?P<star>\*)?|(?P<word>[^\s()"]+))""")
_AGE = re.compile(r"(\d{1,6}(?:\.\d+)?)(s|m|h|d|w|y)")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_NUMBER = re.compile(r"-?\d{1,9}")


def parse(text: str) -> Query:
    """Return the meaning of `text`; raises `QueryError` naming the column."""
    if len(text) > MAX_LENGTH:
        raise QueryError(MAX_LENGTH, f"a query of more than {MAX_LENGTH} characters", "shorten it")
    return _Parser(text).parse()


def campaigns_in(query: Query) -> tuple[str, ...]:
    """Return the names of campaigns that a query asks for, so that a mistyped one can be told."""
    return tuple(_campaigns(query.root))


def _campaigns(node: Node) -> Iterator[str]:
    match node:
        case All(nodes) | Either(nodes):
            for each in nodes:
                yield from _campaigns(each)
        case Not(inner):
            yield from _campaigns(inner)
        case Choice("campaign", names):
            yield from names


class _Parser:
    def __init__(self, text: str) -> None:
        # A cleaned character stands where the original did, so columns stay right for all but removed ones.
        self.text = clean_line(text, MAX_LENGTH)
        self.position = 0
        self.sort: Sort | None = None

    def parse(self) -> Query:
        nodes = self._or(0)
        if self.position < len(self.text.rstrip()):
            raise QueryError(self._column(), "a closing bracket too many", "remove it")
        root = nodes if isinstance(nodes, All) else All((nodes,))
        return Query(root, self.sort or "score")

    def _column(self) -> int:
        rest = self.text[self.position :]
        return self.position + len(rest) - len(rest.lstrip()) + 1

    def _peek(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.position)

    def _or(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise QueryError(self._column(), "brackets nested too deeply", "simplify the query")
        branches = [self._and(depth, first=True)]
        while (token := self._peek()) and token["or"]:
            if not _nodes(branches[-1]):
                raise QueryError(self._column(), "OR without anything before it", "write a OR b")
            self.position = token.end()
            column = self._column()
            branches.append(self._and(depth, first=False))
            if not _nodes(branches[-1]):
                raise QueryError(column, "OR without anything after it", "write a OR b")
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def _and(self, depth: int, *, first: bool) -> All:
        nodes: list[Node] = []
        while token := self._peek():
            if token["or"] or token["close"]:
                break
            node = self._not(depth)
            if node is not None:
                nodes.append(node)
        rest = self.text[self.position :].lstrip()
        if rest and not self._peek():
            quote = rest.startswith('"')
            raise QueryError(
                self._column(),
                "a quote that is not closed" if quote else "cannot be read",
                'close it with "' if quote else "",
            )
        return All(tuple(nodes))

    def _not(self, depth: int) -> Node | None:
        token = self._peek()
        if token and token["not"]:
            column = self._column()
            self.position = token.end()
            node = self._atom(depth)
            if node is None:
                raise QueryError(column, "sort: cannot be negated", "remove the -")
            return Not(node)
        return self._atom(depth)

    def _atom(self, depth: int) -> Node | None:
        token = self._peek()
        column = self._column()
        if token is None or token["close"] or token["or"]:
            raise QueryError(column, "something is missing here", "write a word or field:value")
        self.position = token.end()
        if token["open"]:
            return self._group(column, depth)
        if token["field"]:
            return self._field(token["field"], column, depth)
        if token["quoted"] is not None:
            return _text(token["phrase"], column, prefix=bool(token["star"]))
        if token["not"]:
            raise QueryError(column, "two minus signs", "one negates")
        word = token["word"]
        return _text(word.removesuffix("*"), column, prefix=word.endswith("*"))

    def _group(self, column: int, depth: int) -> Node:
        node = self._or(depth + 1)
        token = self._peek()
        if not token or not token["close"]:
            raise QueryError(column, "a bracket that is not closed", "close it with )")
        if not _nodes(node):
            raise QueryError(column, "empty brackets", "remove them")
        self.position = token.end()
        return node

    def _field(self, name: str, column: int, depth: int) -> Node | None:
        field = _ALIASES.get(name.lower(), name.lower())
        if field not in FIELDS:
            close = get_close_matches(field, FIELDS, n=1, cutoff=0.6)
            fix = (
                f"did you mean {close[0]}:?"
                if close
                else f"known: {', '.join(FIELDS)}; quote it to search for the text"
            )
            raise QueryError(column, f'no field "{name}"', fix)
        value = _VALUE.match(self.text, self.position)
        if not value or value["phrase"] == "":
            raise QueryError(self._column(), f"{field}: without a value", _example(field))
        value_column = self.position + 1
        self.position = value.end()
        if field in _NUMBERS:
            return _compare(field, value, value_column)
        raw = value["phrase"] if value["phrase"] is not None else value["word"]
        if field in _TEXTS:
            bare = raw if value["phrase"] is not None else raw.removesuffix("*")
            prefix = bool(value["star"]) or bare != raw
            return _text(bare, value_column, prefix=prefix, where="title" if field == "title" else "body")
        if value["operator"]:
            raise QueryError(
                value_column, f"{field} cannot be compared with {value['operator']}", _example(field)
            )
        items = (raw,) if value["phrase"] is not None else tuple(item for item in raw.split(",") if item)
        if field == "sort":
            self._set_sort(items, column, depth)
            return None
        return _choice(field, items, value_column)

    def _set_sort(self, items: tuple[str, ...], column: int, depth: int) -> None:
        if depth or self.sort is not None:
            raise QueryError(
                column, "sort: inside brackets" if depth else "a second sort:", "say it once, at the end"
            )
        for known in SORTS:
            if items == (known,):
                self.sort = known  # type: ignore[assignment]
                return
        raise QueryError(column, f"cannot sort by {','.join(items)}", f"sort: is one of {', '.join(SORTS)}")


def _nodes(node: Node) -> int:
    return len(node.nodes) if isinstance(node, All) else 1


def _text(words: str, column: int, *, prefix: bool, where: Literal["any", "title", "body"] = "any") -> Text:
    if prefix and not words.strip("* "):
        raise QueryError(column, "* with nothing before it", "write the beginning of a word, as in refund*")
    if not any(character.isalnum() for character in words):
        raise QueryError(column, f'"{words[:40]}" has no letter or digit to search for', "search for a word")
    return Text(words, prefix, where)


def _choice(field: str, items: tuple[str, ...], column: int) -> Node:
    if not items:
        raise QueryError(column, f"{field}: without a value", _example(field))
    if field not in _CHOICES:
        if field == "sub":
            items = tuple(re.sub(r"^/?r/", "", item.lower()).strip("/") for item in items)
        if field == "author":
            items = tuple(re.sub(r"^/?u/", "", item) for item in items)
        if field == "id":
            items = tuple(item.removeprefix("#") for item in items)
            for item in items:
                if not item.isdecimal():
                    raise QueryError(column, "id: takes numbers", "id:12 or id:12,13")
                if not _NUMBER.fullmatch(item):
                    raise _no_number(item, column, "id:12 or id:12,13")
        return Choice(field, items)  # type: ignore[arg-type]
    lowered = tuple(item.lower() for item in items)
    for item in lowered:
        if item not in _CHOICES[field]:
            close = get_close_matches(item, _CHOICES[field], n=1, cutoff=0.6)
            fix = f"did you mean {close[0]}?" if close else f"one of {', '.join(_CHOICES[field])}"
            raise QueryError(column, f'{field}: has no "{item[:40]}"', fix)
    if field == "is":
        flags = tuple(Flag(item) for item in lowered)
        return flags[0] if len(flags) == 1 else Either(flags)
    return Choice(field, lowered)  # type: ignore[arg-type]


def _compare(field: str, value: re.Match[str], column: int) -> Compare:
    raw = value["word"] or value["phrase"]
    operator = value["operator"] or ("<" if field == "age" else "=")
    if field == "age":
        found = _AGE.fullmatch(raw)
        if not found:
            if re.fullmatch(r"\d{7,}(?:\.\d+)?[smhdwy]", raw):
                raise QueryError(
                    column, f"{_short(raw)} is too long a time", "at most six digits, as in age:<2d"
                )
            raise QueryError(column, f'"{_short(raw)}" is no age', "age:<2d; units s, m, h, d, w, y")
        return Compare("age", operator, float(found[1]) * _UNITS[found[2]])  # type: ignore[arg-type]
    if not _NUMBER.fullmatch(raw):
        raise _no_number(raw, column, _example(field))
    return Compare(field, operator, float(raw))  # type: ignore[arg-type]


def _no_number(raw: str, column: int, example: str) -> QueryError:
    if re.fullmatch(r"-?\d+", raw):
        return QueryError(column, f"{_short(raw)} is too large a number", f"at most nine digits, {example}")
    return QueryError(column, f'"{_short(raw)}" is no whole number', example)


def _short(raw: str) -> str:
    return raw if len(raw) <= 20 else raw[:19] + "…"


def _example(field: str) -> str:
    if field in _CHOICES:
        return f"{field}: is one of {', '.join(_CHOICES[field])}"
    examples = {
        "score": "score:>70",
        "age": "age:<2d",
        "title": 'title:"late invoices"',
        "sub": "sub:saas,startups",
    }
    return f"as in {examples.get(field, field + ':x')}"
