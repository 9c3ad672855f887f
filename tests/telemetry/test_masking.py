"""No secret in any file, however it is spelt and wherever it hides."""

from __future__ import annotations

import json
import logging
import warnings
from pathlib import Path

import pytest

from leadtui.telemetry import logs
from tests.telemetry.reading import records

SECRETS = {
    "plain": "s3cr3t-Value-of-a-client",
    "quotes": 'pa"ss\\wo"rd',
    "url": "p@ss/w&rd+with spaces",
    "entity": "key&amp;with&lt;entities",
    "unicode": "geheim-ß-парол",
    "digits": "8675309867",
    "long": "jwt" + "0123456789" * 150,
    "newline": "from-a-file\n",
}


def leak(text: str) -> None:
    secret_local = text
    raise RuntimeError(f"server said {secret_local} to us")


def test_no_known_secret_reaches_any_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from urllib.parse import quote, quote_plus

    for secret in SECRETS.values():
        logs.register_secret(secret)
    logs.setup(tmp_path, "info", face="run")
    log = logs.get("x")
    for secret in SECRETS.values():
        bare = secret.strip()
        log.info("plain", value=secret, glued=f"a{bare}b", late="x" * 990 + bare, data=bare.encode())
        log.info(
            "shaped", nested={"a": [bare, {bare: 1}]}, spoken=repr(bare), document=json.dumps({"a": bare})
        )
        log.info("in a url", url=f"https://h.example/?q={quote(bare, safe='')}", form=quote_plus(bare))
        log.info(f"event {bare}")
        log.info("as a name", **{bare: 1})
        if bare.isdigit():
            log.info("as a number", number=int(bare), share=float(bare))
        try:
            try:
                leak(bare)
            except RuntimeError as error:
                raise ExceptionGroup("several", [error, ValueError(bare)]) from KeyError(bare)
        except ExceptionGroup:
            log.exception("failed")
            logging.getLogger("lib").exception("failed with %s", bare)
        warnings.warn(bare, stacklevel=1)
        logging.getLogger(bare).warning({"header": bare})
    written = [path.read_text() for path in (tmp_path / "logs").iterdir()] + [capfd.readouterr().err]
    assert len(written) == 3
    for text in written:
        assert "***" in text
        for line in text.splitlines():
            json.loads(line)
        for secret in SECRETS.values():
            bare = secret.strip()
            pieces = {bare, json.dumps(bare)[1:-1], quote(bare), quote(bare, safe=""), quote_plus(bare)}
            pieces |= {
                repr(bare)[1:-1],
                json.dumps(json.dumps(bare))[3:-3],
                bare[:12] if len(bare) > 100 else bare,
            }
            assert [piece for piece in pieces if piece in text] == []


@pytest.mark.parametrize(
    ("said", "canary"),
    [
        ("key AIza&#83;yCanary_canary-canary0123456789abc decoded late", "Canary"),
        ("key AIzaSyCanary_canary-canary0123456789abc in use", "Canary"),
        ("Authorization: Bearer canary.canary-canary", "canary"),
        ("{'authorization': 'bearer canarycanary'}", "canary"),
        ("Basic Y2FuYXJ5OmNhbmFyeWNhbmFyeQ==", "Y2Fu"),
        ("POST /token?refresh_token=canary&x=1", "canary"),
        ('{"access_token": "canary", "x": 1}', "canary"),
        ("postgresql+asyncpg://user:canary@db.example/x", "canary"),
        ("redis://:canary@cache.example:6379/0", "canary"),
        ("GET /callback?state=canary&code=canary", "canary"),
        ("https://h.example/v1/models?key=canary", "canary"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJjYW5hcnkiOiJjIn0.canary", "canary"),
    ],
)
def test_what_looks_like_a_credential_is_masked_unregistered(tmp_path: Path, said: str, canary: str) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("said", said=said, near="kept")
    logging.getLogger("lib").error(said)
    for record in records(tmp_path):
        assert canary not in json.dumps(record)
        assert "***" in json.dumps(record)


def test_a_value_named_as_a_secret_is_masked_whatever_it_is(tmp_path: Path) -> None:
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info(
        "named", refresh_token="canary", headers={"Cookie": "canary"}, password=1234, token=None
    )
    logs.get("x").info("not named", output_tokens=512, tokenizer="words")
    first, second = records(tmp_path)
    assert "canary" not in json.dumps(first)
    assert (first["password"], first["token"]) == ("***", None)
    assert (second["output_tokens"], second["tokenizer"]) == (512, "words")


def test_masking_has_the_last_word_over_the_whole_line(tmp_path: Path) -> None:
    logs.register_secret("canary-face")
    logs.setup(tmp_path, "info", face="canary-face")
    logs.get("x").info("event")
    assert records(tmp_path)[0]["face"] == "***"


def test_short_secrets_do_not_tear_holes_into_words(tmp_path: Path) -> None:
    logs.register_secret("lead")
    logs.register_secret("  a  ")
    logs.setup(tmp_path, "info", face="cli")
    logs.get("x").info("leads found")
    assert records(tmp_path)[0]["event"] == "leads found"
