"""What was learned offline: the same every time, nothing without it breaks, and no text can hurt it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtui.domain.models import Campaign, Post
from leadtui.scoring import Scorer
from leadtui.scoring.model import FOLDER, load, read

JUDGED = Path(__file__).resolve().parents[1] / "judged"
BOOKING = Campaign(
    "slotwise",
    description="Appointment booking and calendar reminders for small studios and salons.",
    keywords=("booking software", "online booking"),
)


def test_the_model_is_there_and_known_words_are_near_to_their_like() -> None:
    model = load()
    assert model is not None

    def likeness(one: str, other: str) -> float:
        return float(model.vector(model.words(one)) @ model.vector(model.words(other)))

    assert likeness("invoice a client", "bill my customers") > likeness("invoice a client", "walk the dog")
    assert likeness("password manager", "store my logins") > likeness("password manager", "garden hose")


@given(st.text(max_size=200))
def test_any_text_has_words_and_a_vector(text: str) -> None:
    model = load()
    assert model is not None
    words = model.words(text.lower())
    length = float((model.vector(words) ** 2).sum())
    assert length == pytest.approx(1.0, abs=1e-3) or length == 0.0
    assert all(abs(said) < 10_000 for said in model.says(words, words))


@pytest.mark.parametrize("name", ["vectors.npz", "weights.npz", "constants.json", "vocabulary.txt"])
@pytest.mark.parametrize("damage", [b"", b"not what it was", None])
def test_a_damaged_file_leaves_the_rules(tmp_path: Path, name: str, damage: bytes | None) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    if damage is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(damage)
    model, why = read(folder)
    assert model is None
    assert "damaged" in why


def test_without_numpy_scoring_works_and_doctor_says_so(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['numpy'] = None\n"
        "from leadtui.scoring import Scorer\n"
        "from leadtui.domain.models import Campaign, Post\n"
        "c = Campaign('a', description='Appointment booking.', keywords=('booking software',))\n"
        "s = Scorer(c).score(Post('1', 'x', 'Which booking software do you use?', ''))\n"
        "assert s.lead and sum(s.parts.values()) == s.value, s\n"
        "from leadtui.__main__ import main\n"
        f"sys.argv = ['leadtui', '--home', {str(tmp_path)!r}, 'doctor', '--json']\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["scoring"]["state"] == "warn", done.stderr
    assert "rules" in checks["scoring"]["fix"]


def test_meaning_lifts_a_request_in_other_words() -> None:
    scorer = Scorer(BOOKING)
    asked = scorer.score(
        Post("1", "x", "What do you use so that clients can pick a time slot themselves?", "")
    )
    other = scorer.score(Post("2", "x", "What do you use so that tomatoes grow in the shade?", ""))
    assert asked.parts["fit"] > other.parts["fit"]
    assert asked.value > other.value


def test_all_keywords_at_once_are_a_sellers() -> None:
    """Ten pairs of an asker without keywords and a seller with all of them; most must stand the right way round."""
    profiles = {
        profile["profile_id"]: profile
        for profile in json.loads((JUDGED / "held_out_campaigns.json").read_text("utf-8"))
    }
    right = 0
    for line in (JUDGED / "asker_and_seller.jsonl").read_text("utf-8").splitlines():
        pair = json.loads(line)
        profile = profiles[pair["profile_id"]]
        scorer = Scorer(
            Campaign(
                profile["name"],
                description=profile["description"],
                keywords=tuple(profile["keywords"]),
                competitors=tuple(profile["competitors"]),
            )
        )
        asker, seller = (
            scorer.score(Post(pair[who]["id"], pair[who]["subreddit"], pair[who]["title"], pair[who]["body"]))
            for who in ("asker", "seller")
        )
        assert not seller.lead, pair["seller"]["title"]
        right += asker.value > seller.value
    assert right >= 6
