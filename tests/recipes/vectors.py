"""Distil the static vectors: `python -m tests.recipes.vectors MODEL_FOLDER SENTENCES`, then `tests.recipes.weights`.

MODEL_FOLDER holds all-MiniLM-L6-v2 (Apache-2.0) with `vocab.txt`; SENTENCES is a text file, one sentence a line, of the
kind that will be scored: titles and sentences of posts, descriptions of products. Each piece of the vocabulary gets the
vector that makes sums of vectors point where the model's own sentence vectors point. Needs torch and transformers; about
half an hour on two cores for 60,000 sentences. Prints how well held-back sentences agree, in the cosine with their
teacher and in the correlation of all likenesses among them (0.85 and 0.79 for the vectors that are shipped).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from leadtui.scoring.folding import fold
from leadtui.scoring.model import FOLDER

SIZE = 256
EPOCHS = 5
HELD_BACK = 3_000
_WORD = re.compile(r"[^\W_]+")
_KEPT = re.compile(r"(##)?[^\W_]+")
_LATIN = 0x250
_CUT = 72
_BATCH = 512


def teach(folder: Path, sentences: list[str], pieces: list[str]) -> tuple[Any, Any]:
    """Return the model's unit vectors of all sentences and of each piece alone."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = AutoModel.from_pretrained(str(folder), local_files_only=True).eval()

    def pooled(encoded: Any) -> Any:
        mask = encoded["attention_mask"].unsqueeze(-1)
        summed = (model(**encoded).last_hidden_state * mask).sum(1) / mask.sum(1)
        return torch.nn.functional.normalize(summed, dim=1).numpy()

    with torch.no_grad():
        order = sorted(range(len(sentences)), key=lambda place: len(sentences[place]))
        told = np.zeros((len(sentences), model.config.hidden_size), np.float32)
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            told[batch] = pooled(
                tokenizer(
                    [sentences[place] for place in batch],
                    padding=True,
                    truncation=True,
                    max_length=_CUT,
                    return_tensors="pt",
                )
            )
        begin, end = tokenizer.cls_token_id, tokenizer.sep_token_id
        alone = []
        for start in range(0, len(pieces), _BATCH):
            ids = torch.tensor(
                [[begin, place, end] for place in range(start, min(start + _BATCH, len(pieces)))]
            )
            alone.append(pooled({"input_ids": ids, "attention_mask": torch.ones_like(ids)}))
    return told, np.concatenate(alone)


def cut(text: str, numbers: dict[str, int]) -> list[int]:
    """Cut a text into pieces, longest first, as the package does."""
    found: list[int] = []
    for word in _WORD.findall(fold(text)):
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = numbers.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                break
    return found


def distil(told: Any, alone: Any, cuts: list[list[int]]) -> Any:
    """Return one vector for each piece, float32 of 256, whose length is its weight."""
    import torch

    torch.manual_seed(0)
    dice = np.random.default_rng(1)
    sample = dice.permutation(len(told))[:20_000]
    _, _, axes = np.linalg.svd(told[sample], full_matrices=False)
    told = told @ axes[:SIZE].T
    told /= np.linalg.norm(told, axis=1, keepdims=True)
    share = np.zeros(len(alone))
    for pieces in cuts:
        share[list(set(pieces))] += 1.0 / len(cuts)
    start = alone @ axes[:SIZE].T
    start -= 0.7 * start[share > 3.0 / len(cuts)].mean(0)
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    rarity = 1e-3 / (1e-3 + np.maximum(share, 2e-6))
    vectors = torch.nn.Embedding.from_pretrained(
        torch.tensor(start * (0.15 + rarity)[:, None], dtype=torch.float32), freeze=False
    )
    teacher = torch.tensor(told, dtype=torch.float32)
    usable = [place for place, pieces in enumerate(cuts) if len(pieces) >= 2]
    held, kept = usable[-HELD_BACK:], usable[:-HELD_BACK]

    def student(batch: list[int]) -> Any:
        longest = max(len(cuts[place]) for place in batch)
        ids, mask = np.zeros((len(batch), longest), np.int64), np.zeros((len(batch), longest), np.float32)
        for row, place in enumerate(batch):
            ids[row, : len(cuts[place])] = cuts[place]
            mask[row, : len(cuts[place])] = 1.0
        summed = (vectors(torch.from_numpy(ids)) * torch.from_numpy(mask).unsqueeze(-1)).sum(1)
        return torch.nn.functional.normalize(summed, dim=1)

    optimizer = torch.optim.Adam(vectors.parameters(), lr=2e-3)
    for epoch in range(EPOCHS):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1, 1, 0.5, 0.25, 0.1)[min(epoch, 4)]
        dice.shuffle(kept)
        for first in range(0, len(kept), 20 * _BATCH):
            stretch = sorted(kept[first : first + 20 * _BATCH], key=lambda place: len(cuts[place]))
            for second in range(0, len(stretch), _BATCH):
                batch = stretch[second : second + _BATCH]
                mine, theirs = student(batch), teacher[batch]
                loss = (1 - (mine * theirs).sum(1)).mean() + 4 * (
                    (mine @ mine.T - theirs @ theirs.T) ** 2
                ).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        with torch.no_grad():
            mine, theirs = student(held), teacher[held]
            upper = np.triu_indices(len(held), 1)
            likeness = np.corrcoef((mine @ mine.T).numpy()[upper], (theirs @ theirs.T).numpy()[upper])[0, 1]
            print(f"epoch {epoch}: cosine {(mine * theirs).sum(1).mean():.3f}, likenesses {likeness:.3f}")
    return vectors.weight.detach().numpy()


def main(arguments: Sequence[str]) -> int:
    """Distil and write `vectors.npz` and `vocabulary.txt`."""
    folder, texts = Path(arguments[0]), Path(arguments[1])
    sentences = list(dict.fromkeys(texts.read_text("utf-8").splitlines()))
    pieces = (folder / "vocab.txt").read_text("utf-8").split("\n")
    pieces = pieces[:-1] if pieces[-1] == "" else pieces
    numbers = {piece: place for place, piece in enumerate(pieces)}
    cuts = [cut(sentence, numbers) for sentence in sentences]
    vectors = distil(*teach(folder, sentences, pieces), cuts)
    background = np.stack([vectors[found].sum(0) for found in cuts[::6] if found])
    background /= np.linalg.norm(background, axis=1, keepdims=True)
    kept = [
        place
        for place, piece in enumerate(pieces)
        if _KEPT.fullmatch(piece) and all(ord(letter) < _LATIN for letter in piece)
    ]
    scales = np.maximum(np.abs(vectors[kept]).max(1) / 127, 1e-9)
    np.savez_compressed(
        FOLDER / "vectors.npz",
        vectors=np.round(vectors[kept] / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float16),
        mean=background.mean(0).astype(np.float16),
        covariance=np.cov(background.T).astype(np.float16),
    )
    (FOLDER / "vocabulary.txt").write_text("\n".join(pieces[place] for place in kept), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
