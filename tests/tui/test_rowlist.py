"""The row list: whatever happens to the rows, the cursor stays on its row, and only what is seen is drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.app import App, ComposeResult

from leadtui.tui import themes
from leadtui.tui.rowlist import MOST, Look, RowList

PALETTE, _ = themes.load(themes.DEFAULT, None)
HEIGHT = 20


class Numbers(RowList[int]):
    """Numbers in two lines each; drawing is counted."""

    drawn = 0

    def key_of(self, row: int) -> int:
        """The number itself."""
        return row

    def draw(self, row: int, look: Look) -> list[list[Segment]]:
        """The number, twice."""
        self.drawn += 1
        mark = ">" if look.cursor else " "
        return [[Segment(f"{mark}{row}")], [Segment(f" {row} again")]]


class ListApp(App[None]):
    """Nothing but the list."""

    CSS = "Numbers { height: 1fr; overflow-y: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self.numbers = Numbers(lambda: PALETTE, row_height=2)

    def compose(self) -> ComposeResult:
        """The list."""
        yield self.numbers


def cursor_line(numbers: Numbers) -> int:
    """The screen line of the cursor's row."""
    return numbers.cursor * numbers.row_height - numbers.scroll_offset.y


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["insert", "delete", "move", "go", "step", "scroll", "remove"]),
        st.integers(0, 10_000),
    ),
    max_size=25,
)


def test_the_cursor_stays_on_its_row() -> None:
    with asyncio.Runner() as runner:
        app = ListApp()
        running = app.run_test(size=(30, HEIGHT))
        runner.run(running.__aenter__())

        @settings(max_examples=150, deadline=None)
        @given(st.integers(0, 60), CHANGES)
        def play(count: int, changes: Sequence[tuple[str, int]]) -> None:
            runner.run(change_rows(app.numbers, count, changes))

        try:
            play()
        finally:
            runner.run(running.__aexit__(None, None, None))


async def change_rows(numbers: Numbers, count: int, changes: Sequence[tuple[str, int]]) -> None:
    """Play changes of rows and cursor, and look after each."""
    rows = list(range(count))
    numbers.show(rows, top=True)
    await asyncio.sleep(0)
    fresh = 1_000
    for change, number in changes:
        key, line, old = numbers.current, cursor_line(numbers), list(rows)
        place = number % (len(rows) + 1)
        if change == "insert":
            rows[place:place] = [fresh, fresh + 1]
            fresh += 2
        elif change == "delete":
            del rows[place : place + 1]
        elif change == "move" and rows:
            rows.append(rows.pop(place % len(rows)))
        elif change == "go":
            numbers.go(number % max(1, len(rows)))
        elif change == "step":
            numbers.move(number % 9 - 4)
        elif change == "scroll":
            numbers.scroll_to(y=number % max(1, len(rows) * 2), animate=False)
        elif change == "remove":
            gone = set(old[place : place + 2])
            numbers.take_out(gone)
            rows = [row for row in rows if row not in gone]
            stays = [row for row in old[old.index(key) :] if row not in gone] if key is not None else []
            assert numbers.current == (stays[0] if stays else (rows[-1] if rows else None))
        if rows != old and change != "remove":
            numbers.show(rows)
            if key in rows:
                assert numbers.current == key
                if numbers.max_scroll_y > numbers.scroll_offset.y > 0:
                    assert cursor_line(numbers) == line
        assert numbers.total == len(rows)
        assert (numbers.current in rows) if rows else numbers.current is None
        if rows:
            assert 0 <= cursor_line(numbers) <= HEIGHT - 2


async def test_only_what_is_seen_is_drawn() -> None:
    app = ListApp()
    async with app.run_test(size=(30, HEIGHT)) as pilot:
        numbers = app.numbers
        numbers.show(list(range(50_000)), top=True)
        await pilot.pause()
        assert 0 < numbers.drawn <= 2 * HEIGHT
        for step in (1, 10, 20_000, -3):
            numbers.drawn = 0
            numbers.move(step)
            await pilot.pause()
            assert numbers.drawn <= 2 * HEIGHT


async def test_rows_that_are_far_away_are_let_go() -> None:
    app = ListApp()
    total = 100_000
    async with app.run_test(size=(30, HEIGHT)) as pilot:
        numbers = app.numbers
        numbers.show(list(range(200)), total=total, top=True)
        await pilot.pause()
        for goal in (300, 2_000, 99_999, 50_000, 0):
            numbers.go(goal)
            for _ in range(20):
                need = numbers.missing()
                if need is None:
                    break
                if need.offset is not None:
                    numbers.take(list(range(need.offset, min(total, need.offset + 200))), need.offset)
                elif need.after is not None:
                    numbers.extend(
                        list(range(need.after + 1, min(total, need.after + 65))),
                        need,
                        more=need.after + 65 < total,
                    )
                else:
                    numbers.extend(
                        list(range(max(0, need.before - 64), need.before)), need, more=need.before > 64
                    )
            await pilot.pause()
            assert numbers.current == goal
            assert numbers.missing() is None
            assert len(numbers.rows) <= MOST
            assert numbers.total == total
            assert all(row == numbers.start_at + place for place, row in enumerate(numbers.rows))


async def test_a_placeholder_stands_for_rows_on_their_way() -> None:
    app = ListApp()
    async with app.run_test(size=(30, HEIGHT)) as pilot:
        numbers = app.numbers
        numbers.show(list(range(50)), total=1_000, top=True)
        await pilot.pause()
        numbers.go(999)
        await pilot.pause()
        assert numbers.current is None
        assert "loading" in numbers.render_line(0).text
        numbers.take(list(range(900, 1_000)), 900)
        await pilot.pause()
        assert numbers.current == 999


async def test_wheel_and_scroll_bar_take_the_cursor_along() -> None:
    app = ListApp()
    async with app.run_test(size=(30, HEIGHT)) as pilot:
        numbers = app.numbers
        numbers.show(list(range(500)), top=True)
        await pilot.pause()
        numbers.scroll_to(y=600, animate=False)
        await pilot.pause()
        assert numbers.current == 300
        assert cursor_line(numbers) == 0
        numbers.scroll_to(y=100, animate=False)
        await pilot.pause()
        assert 0 <= cursor_line(numbers) <= HEIGHT - 2


async def test_marks_follow_their_rows() -> None:
    app = ListApp()
    async with app.run_test(size=(30, HEIGHT)):
        numbers = app.numbers
        numbers.show([1, 2, 3, 4], top=True)
        numbers.toggle_mark()
        numbers.toggle_mark()
        assert (numbers.marks, numbers.current) == ({1, 2}, 3)
        numbers.show([9, 2, 3, 1])
        assert (numbers.marks, numbers.current) == ({1, 2}, 3)
        assert numbers.mark_all() == 0
        assert numbers.mark_all() == 4
        numbers.take_out({9, 2})
        assert numbers.marks == {1, 3}
        assert numbers.current == 3


async def test_a_click_chooses_and_a_second_one_opens() -> None:
    class Opening(ListApp):
        opened = 0

        def on_row_list_opened(self) -> None:
            self.opened += 1

    app = Opening()
    async with app.run_test(size=(30, HEIGHT)) as pilot:
        app.numbers.show(list(range(50)), top=True)
        await pilot.pause()
        await pilot.click(offset=(4, 7))
        assert (app.numbers.current, app.opened) == (3, 0)
        await pilot.double_click(offset=(4, 7))
        await pilot.pause()
        assert (app.numbers.current, app.opened) == (3, 1)
