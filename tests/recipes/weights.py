"""Fit what the words of posts say: `python -m tests.recipes.weights DATA_FOLDER`, after `tests.recipes.vectors`.

Needs scikit-learn beside the test requirements, and a folder with `posts_real.jsonl`, `posts_labelled.jsonl`, `campaigns.json`
and `judged_pairs.jsonl`; the labels of real posts are in `tests/judged` by id, the invented posts whole. `held_out_*` and
`asker_and_seller` are never read here. Writes `weights.npz` and `constants.json` of the model, and prints what they are
worth on campaigns that were left out (eight folds by campaign).
"""

from __future__ import annotations

import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from leadtui.domain.models import Campaign, Post
from leadtui.scoring import intent, stance
from leadtui.scoring.fit import Fit
from leadtui.scoring.hearing import hear, signs
from leadtui.scoring.matching import Matcher
from leadtui.scoring.meaning import WORDS_ALONE
from leadtui.scoring.measures import ndcg, rates
from leadtui.scoring.model import FIT_SIGNS, FOLDER, HEADS, SIGNS, Model
from leadtui.scoring.model import ROWS as SIZE

JUDGED = Path(__file__).resolve().parents[1] / "judged"
FOLDS = 8
WANTS, ADVERSE, INTENT, STANCE = 0.3, 1.2, 0.3, 0.8
"""Powers of what judges an author: both chances by the words, both factors by the rules."""
_RARE = 3
"""Posts that must hold a word or pair before it is given a weight."""
_STRENGTH = 0.06
"""Inverse strength of the ridge penalty of both regressions."""
_ADVERSE_KINDS = ("seller_or_promo", "job_or_for_hire", "builder_or_market_research", "already_solved")
_ADVERSE_STANCES = ("sells", "announces", "hires_staff", "seeks_work", "solved", "research")
_ADVERSE_TAGS = (
    "tag:[For Hire]",
    "tag:[H]item [W]cash = seller",
    "subreddit:r/shamelessplug",
    "tag:WTS",
    "tag:[maker]",
)
_WANTS = ("seeking", "hiring_provider", "comparing", "pain")
_TRUST = {"real": 1.0, "judged": 1.0, "invented": 1.0, "read": 1.0, "tag": 0.4}
_FIT_TRUST = {"judged": 1.0, "real": 0.6, "invented": 0.3}


@dataclass
class Row:
    """One post with what is known of it."""

    post: Post
    source: str
    fold: int
    wants: bool | None
    adverse: bool | None
    campaign: str = ""
    grade: int = -1
    signs: Sequence[float] = ()
    grams: Any = ()
    fit: Sequence[float] = ()
    excluded: bool = False


def campaign_of(profile: dict[str, Any]) -> Campaign:
    """Make a campaign of a judged profile."""
    return Campaign(
        name=profile["name"],
        description=profile["description"],
        keywords=tuple(profile["keywords"]),
        competitors=tuple(profile["competitors"]),
        subreddits=tuple(profile["target_subreddits"]),
    )


def lines(path: Path) -> list[dict[str, Any]]:
    """Read a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def post_of(record: dict[str, Any]) -> Post:
    """Make a post of a record; age is left out."""
    return Post(
        id=record["id"],
        subreddit=record["subreddit"],
        title=record["title"] or "",
        body=record["body"] or "",
        author="somebody",
    )


def fold_of(name: str) -> int:
    """Return the fold of a campaign or post by its name."""
    return zlib.crc32(name.encode()) % FOLDS


def _pairs(records: Iterable[dict[str, Any]], source: str) -> list[Row]:
    return [
        Row(
            post_of(record),
            source,
            fold_of(record["profile_id"]),
            record["grade"] >= 2 or record["kind"] == "seeking_other_product",
            record["kind"] in _ADVERSE_KINDS,
            record["profile_id"],
            record["grade"],
        )
        for record in records
    ]


def load_rows(folder: Path) -> tuple[list[Row], dict[str, Campaign]]:
    """Return all labelled posts and the campaigns that some of them were judged for."""
    real = {record["id"]: record for record in lines(folder / "posts_real.jsonl")}
    profiles = [
        *json.loads((folder / "campaigns.json").read_text("utf-8")),
        *json.loads((JUDGED / "real_campaigns.json").read_text("utf-8")),
        *json.loads((JUDGED / "invented_campaigns.json").read_text("utf-8")),
    ]
    graded = [{**real[record["id"]], **record} for record in lines(JUDGED / "real_grades.jsonl")]
    rows = [
        *_pairs(lines(folder / "judged_pairs.jsonl"), "judged"),
        *_pairs(graded, "real"),
        *_pairs(lines(JUDGED / "invented_pairs.jsonl"), "invented"),
    ]
    for label in lines(JUDGED / "real_kinds.jsonl"):
        adverse = label["stance"] in _ADVERSE_STANCES
        wants = label["intent"] in _WANTS and not adverse
        rows.append(Row(post_of(real[label["id"]]), "real", fold_of(label["id"]), wants, adverse))
    for record in lines(folder / "posts_labelled.jsonl"):
        source = "read" if record["label_source"].startswith("read") else "tag"
        adverse_tag = record["label_source"] in _ADVERSE_TAGS if source == "tag" else None
        record["title"] = record["title_stripped"] or record["title"]
        rows.append(
            Row(post_of(record), source, fold_of(record["id"]), record["label"] == "lead", adverse_tag)
        )
    return rows, {profile["profile_id"]: campaign_of(profile) for profile in profiles}


def measure(rows: list[Row], campaigns: dict[str, Campaign], model: Model) -> None:
    """Fill in what the regressions are fitted on, by the package's own reading of each post."""
    nothing = Campaign(name="nothing", keywords=("zzqq",))
    matchers = {name: Matcher(campaign) for name, campaign in campaigns.items()} | {"": Matcher(nothing)}
    fits = {name: Fit(campaign, model) for name, campaign in campaigns.items()}
    for row in rows:
        reading = matchers[row.campaign].read(row.post, None)
        by_rules = intent.judge(reading).factor, stance.judge(reading).factor
        row.signs = signs(reading, by_rules)
        heard = hear(model, reading, by_rules)
        row.grams = model.places(heard.title, heard.body)
        if row.campaign:
            row.fit, row.excluded = fits[row.campaign].features(reading, heard)


def matrix(rows: list[Row]) -> Any:
    """Return posts x (grams of titles, of bodies, of both, signs), sparse."""
    from scipy import sparse

    blocks: list[tuple[list[int], list[int]]] = [([], []), ([], []), ([], [])]
    for number, row in enumerate(rows):
        title, body = row.grams[row.grams < SIZE], row.grams[row.grams >= SIZE] - SIZE
        for (places, columns), found in zip(blocks, (title, body, np.union1d(title, body)), strict=True):
            places += [number] * len(found)
            columns += found.tolist()
    shape = (len(rows), SIZE)
    parts = [
        sparse.csr_matrix((np.ones(len(columns)), (places, columns)), shape=shape)
        for places, columns in blocks
    ]
    return sparse.hstack([*parts, np.array([row.signs for row in rows])]).tocsr()


def regress(features: Any, truth: Any, trust: Any) -> tuple[Any, float]:
    """Return weights and bias of one regression; rare grams get none."""
    from sklearn.linear_model import LogisticRegression

    common = np.asarray((features > 0).sum(0)).ravel() >= _RARE
    common[-SIGNS:] = True
    fitted = LogisticRegression(C=_STRENGTH, max_iter=500, solver="liblinear").fit(
        features[:, common], truth, sample_weight=trust
    )
    weights = np.zeros(features.shape[1])
    weights[common] = fitted.coef_[0]
    return weights, float(fitted.intercept_[0])


def heads(rows: list[Row], features: Any, chosen: Any) -> list[tuple[Any, float]]:
    """Fit both regressions on the chosen rows; wishes are told apart among those who stand on no other side."""
    trust = np.array([_TRUST[row.source] for row in rows])
    wants = chosen & np.array([row.wants is not None and not row.adverse for row in rows])
    adverse = chosen & np.array([row.adverse is not None for row in rows])
    return [
        regress(features[mask], np.array([bool(label) for label in labels])[mask], trust[mask])
        for mask, labels in ((wants, [row.wants for row in rows]), (adverse, [row.adverse for row in rows]))
    ]


def _sigmoid(values: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))


def out_of_fold(rows: list[Row], features: Any) -> Any:
    """Return both chances of each row by regressions that saw neither its campaign nor its post."""
    told = np.zeros((len(rows), 2))
    for fold in range(FOLDS):
        inside = np.array([row.fold == fold for row in rows])
        held = {row.post.id for row, is_inside in zip(rows, inside, strict=True) if is_inside}
        chosen = np.array([row.post.id not in held for row in rows])
        for place, (weights, bias) in enumerate(heads(rows, features, chosen)):
            told[inside, place] = _sigmoid(features[inside] @ weights + bias)
    return told


def _author(rows: list[Row], told: Any) -> Any:
    """Return what an author leaves of a post's chance, by the words and by the rules.

    The powers were chosen by hand: fitted ones rank no better, and lean on words alone, which carries over less to posts
    that are worded plainly.
    """
    by_rules = np.clip(np.array([row.signs[-2:] for row in rows]), 1e-6, 1)
    by_words = told[:, 0] ** WANTS * (1 - told[:, 1]) ** ADVERSE
    return by_words * by_rules[:, 0] ** INTENT * by_rules[:, 1] ** STANCE


def _fit(signals: Any, values: Any) -> Any:
    """Return the fit of words and meaning; the first signal is the logarithm of what words alone give, and 0.02."""
    by_words = np.exp(signals[:, 0]) - 0.02
    return 1 - (1 - _sigmoid(signals @ values)) * (1 - WORDS_ALONE * by_words)


def fit_fit(rows: list[Row], told: Any, chosen: Any) -> Any:
    """Return weights and bias in: chance = sigmoid(fit) x what `_author` gives."""
    from scipy.optimize import minimize

    signals = np.array([[*row.fit, 1.0] for row in rows])[chosen]
    author = _author(rows, told)[chosen]
    truth = np.array([row.grade >= 2 for row in rows])[chosen]
    trust = np.array([_FIT_TRUST[row.source] for row in rows])[chosen]

    def loss(values: Any) -> float:
        chance = np.clip(_fit(signals, values) * author, 1e-5, 1 - 1e-5)
        missed = -(truth * np.log(chance) + (1 - truth) * np.log(1 - chance)) * trust
        return float(missed.sum() + 0.5 * (values[:-1] ** 2).sum())

    start = np.r_[np.full(signals.shape[1] - 1, 0.3), 0.0]
    return minimize(loss, start, method="L-BFGS-B").x


def chances_of(rows: list[Row], told: Any, values: Any) -> Any:
    """Return the chance that each row is a lead."""
    signals = np.array([[*row.fit, 1.0] for row in rows])
    chance = _fit(signals, values) * _author(rows, told)
    return np.where([row.excluded for row in rows], 0.0, chance)


@dataclass
class LeftOut:
    """What posts get that were judged for campaigns which the fit had not seen."""

    rows: list[Row]
    features: Any
    pairs: list[Row]
    told: Any
    """Both chances of each pair."""
    chance: Any
    scale: float
    """The chance from which a pair is a lead."""

    def points(self) -> dict[tuple[str, str], float]:
        """Return the score of each pair by campaign and post: 50 is a chance of `scale`."""
        power = np.log(0.5) / np.log(self.scale)
        return {
            (row.campaign, row.post.id): float(100 * value**power)
            for row, value in zip(self.pairs, self.chance, strict=True)
        }


def leave_out(folder: Path) -> LeftOut:
    """Fit eight times, each time without an eighth of the campaigns and without their posts."""
    rows, campaigns = load_rows(folder)
    measure(rows, campaigns, Model(FOLDER))
    features = matrix(rows)
    told = out_of_fold(rows, features)
    paired = [number for number, row in enumerate(rows) if row.campaign]
    pairs, pair_told = [rows[number] for number in paired], told[paired]
    chance = np.zeros(len(pairs))
    for fold in range(FOLDS):
        inside = np.array([row.fold == fold for row in pairs])
        chance[inside] = chances_of(pairs, pair_told, fit_fit(pairs, pair_told, ~inside))[inside]
    truth = np.array([row.grade >= 2 for row in pairs])
    sources = np.array([row.source for row in pairs])

    def worth(cut: float) -> float:
        """Return what a cut is worth over all sources, each as much as its labels are trusted."""
        return sum(
            rates((chance >= cut)[sources == source].tolist(), truth[sources == source].tolist())[2] * trust
            for source, trust in _FIT_TRUST.items()
        )

    scale = float(max(np.arange(0.03, 0.6, 0.01), key=worth))
    return LeftOut(rows, features, pairs, pair_told, chance, scale)


def main(arguments: Sequence[str]) -> int:
    """Fit, write, and print what campaigns that were left out get."""
    empty = np.zeros((2 * SIZE, len(HEADS)), np.int8)
    np.savez_compressed(FOLDER / "weights.npz", grams=empty, scale=np.float32(1))
    blank = {head: {"bias": 0.0, "signs": [0.0] * SIGNS} for head in HEADS}
    blank["fit"] = {"bias": 0.0, "signs": [0.0] * FIT_SIGNS}
    (FOLDER / "constants.json").write_text(json.dumps(blank), "utf-8")
    left = leave_out(Path(arguments[0]))
    rows, features, pairs, pair_told = left.rows, left.features, left.pairs, left.told
    chance, scale = left.chance, left.scale
    truth = np.array([row.grade >= 2 for row in pairs])
    print(Counter((row.source, bool(row.campaign)) for row in rows))
    print(f"left out by campaign; a lead from a chance of {scale:.2f} on")
    for source in ("judged", "real", "invented"):
        mask = np.array([row.source == source for row in pairs])
        ranked = []
        for name in sorted({row.campaign for row in pairs if row.source == source}):
            mine = [number for number in np.argsort(-chance, kind="stable") if pairs[number].campaign == name]
            grades = [pairs[number].grade for number in mine]
            if sum(grade >= 2 for grade in grades):
                ranked.append(
                    (ndcg(grades), sum(g >= 2 for g in grades[:10]) / 10, sum(g >= 2 for g in grades))
                )
        many = [each for each in ranked if each[2] >= 10] or [(0.0, 0.0, 0)]
        p, r, f1 = rates((chance >= scale)[mask].tolist(), truth[mask].tolist())
        print(
            f"{source:9} {len(ranked)} campaigns: NDCG@10 {np.mean([each[0] for each in ranked]):.3f};"
            f" of ten or more leads: {np.mean([each[0] for each in many]):.3f}, P@10 {np.mean([each[1] for each in many]):.3f};"
            f" precision {p:.2f} recall {r:.2f} F1 {f1:.3f}"
        )
    values = fit_fit(pairs, pair_told, np.ones(len(pairs), bool))
    write(heads(rows, features, np.ones(len(rows), bool)), values, scale)
    return 0


def write(fitted: list[tuple[Any, float]], values: Any, scale: float) -> None:
    """Write the model's files; the power makes a chance of `scale` half of all points."""
    power = float(np.log(0.5) / np.log(scale))
    title = np.stack([weights[:SIZE] + weights[2 * SIZE : 3 * SIZE] for weights, _ in fitted], 1)
    body = np.stack([weights[SIZE : 3 * SIZE].reshape(2, SIZE).sum(0) for weights, _ in fitted], 1)
    grams = np.concatenate((title, body))
    unit = abs(grams).max() / 127
    np.savez_compressed(
        FOLDER / "weights.npz", grams=np.round(grams / unit).astype(np.int8), scale=np.float32(unit)
    )
    constants: dict[str, Any] = {
        head: {"bias": round(bias, 4), "signs": [round(float(each), 4) for each in weights[3 * SIZE :]]}
        for head, (weights, bias) in zip(HEADS, fitted, strict=True)
    }
    constants["fit"] = {
        "bias": round(float(values[-1]), 4),
        "signs": [round(float(each), 4) for each in values[:-1]],
    }
    shares = {"fit": 1.0, "wants": WANTS, "adverse": ADVERSE, "intent": INTENT, "stance": STANCE}
    constants["power"] = {name: round(power * share, 4) for name, share in shares.items()}
    (FOLDER / "constants.json").write_text(json.dumps(constants, indent=1) + "\n", "utf-8")
    print(constants["fit"], constants["power"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
