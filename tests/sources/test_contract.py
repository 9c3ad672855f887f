"""What every source of posts promises, whatever it reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtui.config import Config
from leadtui.errors import ConfigError, SourceError
from leadtui.sources import REGISTRY, load
from leadtui.text import clean, clean_line
from tests.sources.worlds import WORLDS, World, feed_of, read_all


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return WORLDS[request.param](tmp_path)


@pytest.mark.parametrize("name", sorted(REGISTRY))
async def test_a_missing_target_is_one_clear_line(name: str) -> None:
    for target in ("/nowhere/at/all\x1b[2J", "", "a\0b"):
        with pytest.raises(SourceError) as caught:
            await load(name, Config()).fetch(feed_of(name, target), None)
        assert str(caught.value).isprintable()


async def test_the_cursor_continues_without_loss_or_repetition(world: World) -> None:
    rounds: list[list[str]] = []
    cursors: list[str | None] = [None]
    for _ in range(4):
        world.move_on()
        # Every reading by a source made anew: all that is known is in the cursor.
        posts, bad, cursor = await read_all(world.source(), world.feed, cursors[-1])
        rounds.append([post.id for post in posts])
        cursors.append(cursor)
        assert not bad
    assert all(rounds)
    piecemeal = [post_id for ids in rounds for post_id in ids]
    assert len(set(piecemeal)) == len(piecemeal)
    at_once, _, _ = await read_all(world.source(), world.feed, cursors[1])
    assert {post.id for post in at_once} == set(piecemeal) - set(rounds[0])


async def test_nothing_new_brings_nothing(world: World) -> None:
    world.move_on()
    _, _, cursor = await read_all(world.source(), world.feed)
    posts, bad, again = await read_all(world.source(), world.feed, cursor)
    assert (posts, bad, again) == ([], [], cursor)


async def test_posts_are_clean(world: World) -> None:
    world.move_on()
    posts, _, _ = await read_all(world.source(), world.feed)
    assert posts
    for post in posts:
        assert clean(post.body) == post.body
        for line in (post.id, post.subreddit, post.title, post.author or "", post.permalink or ""):
            assert clean_line(line) == line


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cursor=st.one_of(st.text(st.characters(exclude_categories=())), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["offset", "line", "head", "start", "seed", "until"]), inner),
).map(json.dumps)))  # fmt: skip
async def test_a_cursor_that_is_not_its_own_is_a_new_beginning(world: World, cursor: str) -> None:
    world.move_on()
    expected = (await read_all(world.source(), world.feed))[0]
    posts, _, _ = await read_all(world.source(), world.feed, cursor)
    assert {post.id for post in posts} == {post.id for post in expected}


def test_an_unknown_source_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=", ".join(sorted(REGISTRY))):
        load("gopher\x1b", Config())


def test_a_source_is_imported_when_it_is_asked_for() -> None:
    code = "import sys, leadtui.sources; print([m for m in sys.modules if m.startswith('leadtui.sources.') or m == 'msgspec'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FOLDER_SOURCE = '''
import asyncio
from pathlib import Path

from leadtui.domain.models import Batch, Post
from leadtui.errors import SourceError
from leadtui.text import clean, clean_line


class FolderSource:
    """A folder of text files, one post each: the first line is its title."""

    def __init__(self, config):
        pass

    async def fetch(self, feed, cursor):
        return await asyncio.to_thread(self._read, feed.target, cursor or "")

    def _read(self, target, cursor):
        folder = Path(target)
        if not target or not folder.is_dir():
            raise SourceError("no such folder", where=clean_line(target))
        names = sorted(file.name for file in folder.glob("*.txt"))
        # The cursor is the names that were read; one that is not ours is a new beginning.
        known = set(cursor.split("/")) if set(cursor.split("/")) <= set(names) else set()
        posts = []
        for name in names:
            if name not in known:
                title, _, body = (folder / name).read_text("utf-8", "replace").partition("\\n")
                own = clean_line(f"{folder.name}/{name}")
                posts.append(Post(own, folder.name, clean_line(title), clean(body)))
        return Batch(tuple(posts), "/".join(names))
'''


async def test_one_new_file_and_one_line_add_a_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder_of_text_files.py").write_text(FOLDER_SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(REGISTRY, "folder", "folder_of_text_files:FolderSource")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    feed = feed_of("folder", str(inbox))
    (inbox / "001.txt").write_text("Need a plumber\x1b[2J\nKitchen is wet.\n", encoding="utf-8")

    posts, _, cursor = await read_all(load("folder", Config()), feed)
    assert [(post.title, post.body) for post in posts] == [("Need a plumber\u241b[2J", "Kitchen is wet.\n")]

    (inbox / "002.txt").write_text("Second", encoding="utf-8")
    posts, _, cursor = await read_all(load("folder", Config()), feed, cursor)
    assert [post.id for post in posts] == ["inbox/002.txt"]
    (inbox / "000.txt").write_text("Third, with an earlier name", encoding="utf-8")
    posts, _, cursor = await read_all(load("folder", Config()), feed, cursor)
    assert [post.id for post in posts] == ["inbox/000.txt"]
    await test_a_missing_target_is_one_clear_line("folder")
