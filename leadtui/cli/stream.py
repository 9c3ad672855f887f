"""Scores for a stream of posts of any length: in order, on every processor, in constant memory.

Whole lines are scored in blocks. Helpers are processes of their own that read blocks from a pipe: they end with
whoever started them, however that one ended, and need neither fork nor pickling.
"""

from __future__ import annotations

import io
import os
import signal
import stat
import struct
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

import leadtui
from leadtui.cli.common import score_document, unreadable
from leadtui.domain.models import BadLine, Campaign, Reason, Score
from leadtui.scoring import Scorer
from leadtui.sources import jsonl

if TYPE_CHECKING:
    from concurrent.futures import Future
    from queue import SimpleQueue

BLOCK = 128 * 1024
"""Bytes read and scored in one go: some hundred posts, or what a pipe has just brought."""
WORTH_HELPERS = 2 * 1024 * 1024
"""Bytes from which on starting helpers, a quarter of a second each, pays."""
_FRAME = struct.Struct("<QQ")
_HELPER = (
    "import sys; sys.path.insert(0, sys.argv[1]); import leadtui; del sys.path[0]; "
    "from leadtui.cli.stream import help_out; help_out()"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of the input, the last one of all perhaps without its line feed."""

    first: int
    """Number of the first line, counted from 1."""
    lines: bytes
    size: int
    """Bytes of the input that it stands for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines out for a block."""

    lines: bytes
    bad: bool
    """Whether one of them is a complaint."""


class LineScorer:
    """Turns blocks into answers; the same block gives the same answer in whichever process."""

    def __init__(self, campaign: Campaign, now: float) -> None:
        self._scorer = Scorer(campaign)
        self._now = now
        self._encode = msgspec.json.Encoder().encode_lines

    def answer(self, first: int, lines: bytes) -> Answer:
        """Score lines, the first of which has the number `first`."""
        documents: list[dict[str, object]] = []
        bad = False
        for item in jsonl.read_posts(io.BytesIO(lines), first):
            if isinstance(item, BadLine):
                bad = True
                documents.append({"line": item.line, "error": item.error})
            else:
                score = self._scorer.score(item.post, self._now)
                documents.append({"id": item.post.id, **score_document(score, _in_raw_text(item, score))})
        return Answer(self._encode(documents), bad)


def score_stream(
    campaign: Campaign,
    stream: BinaryIO,
    now: float,
    write: Callable[[Block, Answer], None],
    helpers: int | None = None,
    where: str = "",
) -> bool:
    """Score every line of `stream` and hand the answers to `write` in order; returns whether a line was bad.

    Raises `SourceError` naming `where` when the stream breaks off.

    An answer is written before the stream is waited for. `helpers` is how many other processes score; None lets
    long inputs have one per processor.
    """
    here = LineScorer(campaign, now)
    wanted = helpers if helpers is not None else _processors()
    wanted = wanted if wanted > 1 and sys.executable else 0
    worth = 0 if helpers is not None else WORTH_HELPERS
    backlog = _size(stream)
    pending: deque[tuple[Block, Future[Answer | None]]] = deque()
    bad = False
    pool: _Pool | None = None

    def settle(most: int) -> None:
        nonlocal bad
        while len(pending) > most:
            block, future = pending.popleft()
            # A helper that was killed, or that met a bug of ours, leaves its block to us.
            answer = future.result() or here.answer(block.first, block.lines)
            bad = bad or answer.bad
            write(block, answer)

    def about_to_wait() -> None:
        nonlocal backlog
        backlog = 0
        settle(0)

    try:
        for block in read_blocks(stream, about_to_wait, where):
            backlog += block.size
            if pool is None and wanted and backlog >= worth:
                try:
                    pool = _Pool(campaign, now, wanted)
                except OSError:
                    wanted = 0  # no more processes may be started: one is enough
            if pool is None:
                answer = here.answer(block.first, block.lines)
                bad = bad or answer.bad
                write(block, answer)
            else:
                pending.append((block, pool.submit(block)))
                settle(2 * wanted)
        settle(0)
    finally:
        if pool is not None:
            pool.close()
    return bad


def read_blocks(stream: BinaryIO, about_to_wait: Callable[[], None], where: str = "") -> Iterator[Block]:
    """Cut a stream into blocks of whole lines as it comes; `about_to_wait` is called before reading may block.

    Of a line that is longer than may be read no more is kept than shows that.
    """
    first, rest, size = 1, b"", 0
    while True:
        if not _is_ready(stream):
            about_to_wait()
        try:
            data = stream.read1(BLOCK)  # type: ignore[attr-defined]
        except OSError as error:
            raise unreadable(error, where) from None
        if not data:
            break
        end = data.rfind(b"\n") + 1
        size += end or len(data)
        begin = 0
        if len(rest) > jsonl.MAX_LINE_BYTES and end:
            begin = data.index(b"\n")
        elif not end:
            rest += data[: max(0, jsonl.MAX_LINE_BYTES + 1 - len(rest))]
        if end:
            lines = rest + data[begin:end]
            yield Block(first, lines, size)
            first += lines.count(b"\n")
            rest, size = data[end:], len(data) - end
    if rest:
        yield Block(first, rest, size)


def _is_ready(stream: BinaryIO) -> bool:
    """Whether reading surely does not wait; False where that cannot be told."""
    import select

    try:
        return _size(stream) > 0 or bool(select.select([stream.fileno()], [], [], 0)[0])
    except (OSError, ValueError):
        return False


def _size(stream: BinaryIO) -> int:
    """Return the bytes of a file; 0 for everything else."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _in_raw_text(item: jsonl.ParsedPost, score: Score) -> tuple[Reason, ...]:
    """Give spans in terms of the text as it came in, as the contract words them."""
    if item.is_as_it_came:
        return score.reasons
    return tuple(
        reason
        if reason.start is None or reason.end is None
        else Reason(reason.part, reason.points, reason.text, *item.raw_span(reason.start, reason.end))
        for reason in score.reasons
    )


class _Setting(msgspec.Struct):
    """What a helper has to know before the first block."""

    campaign: Campaign
    now: float


class _Helper:
    """Another process that answers one block at a time."""

    def __init__(self, setting: bytes) -> None:
        import subprocess

        root = str(Path(leadtui.__file__).parents[1])
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-P", "-c", _HELPER, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._setting = setting

    def ask(self, block: Block) -> Answer | None:
        """Return the answer; None when the process has gone."""
        given, taken = self._process.stdin, self._process.stdout
        if given is None or taken is None:
            return None
        try:
            if self._setting:
                _send(given, 0, self._setting)
                self._setting = b""
            _send(given, block.first, block.lines)
            received = _receive(taken)
        except OSError:
            return None
        return None if received is None else Answer(received[1], bool(received[0]))

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Let go of the pipes; called when nobody reads or writes them any more."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written to a process that has gone
                    pipe.close()


class _Pool:
    """Helpers, each with a thread that waits for it."""

    def __init__(self, campaign: Campaign, now: float, number: int) -> None:
        from concurrent.futures import ThreadPoolExecutor
        from queue import SimpleQueue

        setting = msgspec.json.encode(_Setting(campaign, now))
        self._helpers: list[_Helper] = []
        self._idle: SimpleQueue[_Helper] = SimpleQueue()
        self._threads = ThreadPoolExecutor(number)
        for _ in range(number):
            helper = _Helper(setting)
            self._helpers.append(helper)
            self._idle.put(helper)

    def submit(self, block: Block) -> Future[Answer | None]:
        """Have a block answered by the next helper that is free."""
        return self._threads.submit(self._ask, block)

    def _ask(self, block: Block) -> Answer | None:
        helper = self._idle.get()
        try:
            return helper.ask(block)
        finally:
            self._idle.put(helper)

    def close(self) -> None:
        """End the helpers, in the middle of a block if need be."""
        for helper in self._helpers:
            helper.kill()
        self._threads.shutdown(cancel_futures=True)
        for helper in self._helpers:
            helper.close()


def help_out() -> None:
    """Answer the blocks on stdin until there are no more."""
    import gc

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c reaches all of us; who started us decides
    given, taken = sys.stdin.buffer, sys.stdout.buffer
    received = _receive(given)
    if received is None:
        return
    setting = msgspec.json.decode(received[1], type=_Setting)
    scorer = LineScorer(setting.campaign, setting.now)
    gc.freeze()
    try:
        while (received := _receive(given)) is not None:
            answer = scorer.answer(*received)
            _send(taken, answer.bad, answer.lines)
    except BrokenPipeError:
        os._exit(0)  # nobody is left to whom anything could be said


def _send(stream: object, number: int, content: bytes) -> None:
    stream.write(_FRAME.pack(number, len(content)) + content)  # type: ignore[attr-defined]
    stream.flush()  # type: ignore[attr-defined]


def _receive(stream: object) -> tuple[int, bytes] | None:
    """Return the next frame; None at the end, also in the middle of a frame."""
    head = stream.read(_FRAME.size)  # type: ignore[attr-defined]
    if len(head) < _FRAME.size:
        return None
    number, length = _FRAME.unpack(head)
    content: bytes = stream.read(length)  # type: ignore[attr-defined]
    return (number, content) if len(content) == length else None
