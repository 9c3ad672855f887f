"""The themes: readable everywhere, and wrong ones named."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color, ColorSystem

from leadtui.errors import ConfigError
from leadtui.tui import themes
from leadtui.tui.commands import BY_ID
from tests.tui.fake_desk import make_app, sample, screen_text

SHIPPED = sorted(themes.files(None))


def test_a_dark_and_a_light_theme_are_shipped() -> None:
    palettes = [themes.load(name, None)[0] for name in SHIPPED]
    assert {palette.dark for palette in palettes} == {True, False}
    assert themes.DEFAULT in SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_text_is_readable_on_every_background(name: str) -> None:
    palette, problem = themes.load(name, None)
    assert problem == ""
    for text in themes.TEXTS:
        for background in themes.BACKGROUNDS:
            ratio = themes.contrast(palette.colors[text], palette.colors[background])
            assert ratio >= 4.5, f"{text} on {background}: {ratio:.2f}"


@pytest.mark.parametrize("name", SHIPPED)
def test_text_differs_from_its_background_with_16_colours(name: str) -> None:
    palette, _ = themes.load(name, None)

    def reduced(color: str) -> int | None:
        return Color.parse(palette.colors[color]).downgrade(ColorSystem.STANDARD).number

    for text in themes.TEXTS:
        for background in themes.BACKGROUNDS:
            assert reduced(text) != reduced(background), f"{text} on {background}"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_theme_has_a_picture(name: str) -> None:
    assert themes.files(None)[name].with_suffix(".svg").is_file()


def test_contrast_of_known_pairs() -> None:
    assert themes.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert themes.contrast("#777777", "#777777") == pytest.approx(1)


def test_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        themes.load("leadtui-drak", None)
    assert "leadtui-dark" in str(caught.value)
    assert "leadtui-light" in str(caught.value)
    with pytest.raises(ConfigError):
        themes.load("../../etc/passwd", None)
    with pytest.raises(ConfigError):
        make_app(sample(1), theme="nope")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "cannot be read"),
        ("dark = true", "no [colors]"),
        ('[colors]\ntext = "#ffffff"', "lacks"),
        ("\n".join(["[colors]", *(f'{name} = "red"' for name in themes.NAMES)]), "#rrggbb"),
    ],
)
def test_a_bad_file_is_named_and_the_default_used(tmp_path: Path, text: str, words: str) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_text(text, "utf-8")
    palette, problem = themes.load("mine", tmp_path)
    assert palette.name == themes.DEFAULT
    assert "mine.toml" in problem
    assert words in problem


def test_the_users_own_theme(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    text = themes.files(None)["leadtui-light"].read_text("utf-8")
    (folder / "mine.toml").write_text(text, "utf-8")
    assert "mine" in themes.files(tmp_path)
    assert themes.load("mine", tmp_path)[0].name == "mine"


async def test_switching_at_run_time() -> None:
    app = make_app(sample(5))
    async with app.run_test(size=(100, 30)) as pilot:
        before = app.main.styles.background
        await pilot.press(BY_ID["theme"].keys)
        await pilot.pause()
        assert app.palette.name == "leadtui-light"
        assert app.main.styles.background != before
        assert "theme leadtui-light" in screen_text(app)
        await pilot.press(BY_ID["theme"].keys)
        await pilot.pause()
        assert app.palette.name == "leadtui-dark"
        assert app.main.styles.background == before


async def test_no_color_is_still_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(sample(12))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert app.no_color
        text = screen_text(app)
        assert "▌" in text
        assert "·fit+" in text
