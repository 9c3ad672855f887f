"""The HTTP endpoint: metrics, health and readiness, in threads of its own so that it answers when the loop hangs."""

from __future__ import annotations

import errno
import hmac
import io
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from leadtui.errors import ConfigError
from leadtui.telemetry import logs
from leadtui.telemetry.records import plain_text

if TYPE_CHECKING:
    from leadtui.telemetry.metrics import Metrics

MAX_HEAD = 8 * 1024
"""Bytes of request line and headers together."""
MAX_CONNECTIONS = 32
REQUEST_SECONDS = 5.0
"""For a whole request to arrive, however slowly its bytes drip; and again for the answer to be taken."""
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINGER_SECONDS = 0.5
_LINGER_BYTES = 1024 * 1024


class EndpointError(ConfigError):
    """The endpoint cannot listen where the configuration says; the caller decides whether to go on without."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether work can be given to this process, and what of it is less than whole."""

    ok: bool
    draining: bool = False
    checks: dict[str, str] = field(default_factory=dict)
    """What was looked at, and how it is, in words."""
    degraded: tuple[str, ...] = ()
    """Optional dependencies that are down; they do not make it unready."""


class HttpServer:
    """`GET` and `HEAD` on `/metrics`, `/health` and `/ready`; all but `/health` need `token` when there is one."""

    def __init__(
        self,
        host: str,
        port: int,
        token: str = "",
        *,
        metrics: Metrics,
        ready: Callable[[], Ready],
        alive: Callable[[], bool],
        request_seconds: float = REQUEST_SECONDS,
    ) -> None:
        """`alive` is quick; `ready` may take up to 2 s. Both are called in the request's thread."""
        self._host, self._port, self._token = host.strip("[]"), port, token
        self._routes = _Routes(token.encode(), metrics, ready, alive)
        self._request_seconds = request_seconds
        self._server: _Server | None = None

    def start(self) -> int:
        """Listen, and return the port (another one than asked for only when that was 0)."""
        where = "[metrics]"
        if not self._token and not _is_loopback(self._host):
            raise EndpointError(
                f"host {self._host or '*'} is reachable from other machines",
                where=where,
                fix="set a token, or host to 127.0.0.1",
            )
        try:
            # The port is put back in below: getaddrinfo would quietly take 99999 for 34463.
            found = socket.getaddrinfo(
                self._host or None, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            family, _, _, _, (address, _, *scope) = found[0]
            self._server = server = _Server(
                family, (address, self._port, *scope), self._routes, self._request_seconds
            )
        except (OSError, OverflowError, UnicodeError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                what = f"port {self._port} on {self._host} is in use by another program"
                fix = "set a free port, or enabled = false"
            else:
                what = f"cannot listen on {self._host} port {self._port}: {plain_text(str(error))}"
                fix = "set host and port to an address of this machine"
            raise EndpointError(what, where=where, fix=fix) from error
        threading.Thread(target=server.serve_forever, args=(0.2,), name="leadtui-http", daemon=True).start()
        return int(server.server_address[1])

    def stop(self) -> None:
        """Stop listening and cut what is open; a second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.cut_all()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    content_type: str = "application/json"


def _json(code: int, /, **values: object) -> _Answer:
    return _Answer(code, f"{json.dumps(values)}\n".encode())


class _Routes:
    """From path and headers to an answer; knows nothing of sockets."""

    def __init__(
        self, token: bytes, metrics: Metrics, ready: Callable[[], Ready], alive: Callable[[], bool]
    ) -> None:
        self._token, self._metrics, self._ready, self._alive = token, metrics, ready, alive

    def answer(self, method: str, path: str, authorization: str, accept: str) -> _Answer:
        path = path.partition("?")[0]
        if path not in ("/metrics", "/health", "/ready"):
            return _json(HTTPStatus.NOT_FOUND, error="not found")
        if method not in ("GET", "HEAD"):
            return _json(HTTPStatus.METHOD_NOT_ALLOWED, error="use GET or HEAD")
        if path == "/health":
            return self._health()
        if self._token and not self._authorised(authorization):
            return _json(HTTPStatus.UNAUTHORIZED, error="bearer token needed")
        if path == "/ready":
            return self._readiness()
        return _Answer(HTTPStatus.OK, *self._metrics.exposition(accept))

    def _authorised(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        # Headers arrive decoded as Latin-1: encoding them again gives the bytes that were sent.
        same = hmac.compare_digest(given.strip().encode("latin-1", "replace"), self._token)
        return same and scheme.lower() == "bearer"

    def _health(self) -> _Answer:
        if self._alive():
            return _json(HTTPStatus.OK, status="ok")
        return _json(HTTPStatus.SERVICE_UNAVAILABLE, status="event loop stuck")

    def _readiness(self) -> _Answer:
        state = self._ready()
        word = "draining" if state.draining else "ready" if state.ok else "not ready"
        return _json(
            HTTPStatus.OK if word == "ready" else HTTPStatus.SERVICE_UNAVAILABLE,
            status=word,
            degraded=[plain_text(name) for name in state.degraded],
            checks={plain_text(name): plain_text(detail) for name, detail in state.checks.items()},
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    allow_reuse_port = False
    request_queue_size = 128

    def __init__(self, family: int, address: Any, routes: _Routes, request_seconds: float) -> None:
        self.address_family = family
        self.routes = routes
        self.request_seconds = request_seconds
        self._lock = threading.Lock()
        self._open: dict[socket.socket, bool] = {}
        """Connections from the oldest on; True while there is nothing to do but wait for the client."""
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without HTTPServer's look-up of the machine's full name, which can take seconds."""
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread, or close it when every place is taken by a request being answered.

        A place held by a client that is still sending its request is given to the newcomer, so that slow clients
        cannot keep a health check out.
        """
        with self._lock:
            slowest = None
            if len(self._open) >= MAX_CONNECTIONS:
                slowest = next((one for one, waiting in self._open.items() if waiting), None)
                if slowest is not None:
                    del self._open[slowest]
            welcome = len(self._open) < MAX_CONNECTIONS
            if welcome:
                self._open[request] = True
        if slowest is not None:
            _cut(slowest)
        if welcome:
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def mark(self, connection: socket.socket, *, waiting: bool) -> bool:
        """Note whether `connection` waits for its client; False when its place was given away meanwhile."""
        with self._lock:
            if connection not in self._open:
                return False
            self._open[connection] = waiting
            return True

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and give its place back."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Into the log instead of onto the screen."""
        logs.get("telemetry.http").error("connection failed", exc_info=True)

    def cut_all(self) -> None:
        """End every connection that is still open."""
        with self._lock:
            left = list(self._open)
        for connection in left:
            _cut(connection)


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One request, one answer; the standard parser, fed with a head whose size and arrival are bounded."""

    server: _Server
    connection: socket.socket

    def setup(self) -> None:
        self.connection = self.request
        self.command = ""
        self._refusal: _Answer | None = None

    def finish(self) -> None:
        """Nothing is buffered."""

    def handle(self) -> None:
        with suppress(OSError):
            head = self._read_head()
            if (head is None and self._refusal is None) or not self.server.mark(
                self.connection, waiting=False
            ):
                return
            answer = self._refusal or self._answer(head or b"")
            self._send(answer)
            if answer.status >= HTTPStatus.BAD_REQUEST:
                self._linger()

    def _read_head(self) -> bytes | None:
        """Return the request up to its empty line, or None; `_refusal` then says whether to answer at all."""
        deadline = time.monotonic() + self.server.request_seconds
        data = b""
        while not (end := _HEAD_END.search(data)) and len(data) <= MAX_HEAD:
            self.connection.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                more = self.connection.recv(MAX_HEAD + 1 - len(data))
            except TimeoutError:
                self._refusal = _json(HTTPStatus.REQUEST_TIMEOUT, error="request did not arrive in time")
                return None
            if not more:
                return None
            data += more
        if end is None or end.end() > MAX_HEAD:
            self._refusal = _json(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, error="headers over 8 KiB")
            return None
        return data

    def _answer(self, head: bytes) -> _Answer:
        self.rfile = io.BufferedReader(io.BytesIO(head))
        self.raw_requestline = self.rfile.readline()
        if not self.parse_request():
            return self._refusal or _json(HTTPStatus.BAD_REQUEST, error="bad request")
        try:
            return self.server.routes.answer(
                self.command, self.path, self.headers.get("Authorization", ""), self.headers.get("Accept", "")
            )
        except Exception:
            logs.get("telemetry.http").error("request failed", exc_info=True)
            return _json(HTTPStatus.INTERNAL_SERVER_ERROR, error="internal error")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Remember the parser's refusal; it is sent like any other answer, without echoing what came in."""
        self._refusal = _json(code, error=HTTPStatus(code).phrase.lower())

    def handle_expect_100(self) -> bool:
        """Bodies are never wanted."""
        return True

    def _send(self, answer: _Answer) -> None:
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            "Cache-Control: no-store",
            "Connection: close",
        ]
        if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
            lines.append("Allow: GET, HEAD")
        if answer.status == HTTPStatus.UNAUTHORIZED:
            lines.append("WWW-Authenticate: Bearer")
        head = "\r\n".join((*lines, "", "")).encode("ascii")
        self.connection.settimeout(self.server.request_seconds)
        self.connection.sendall(head if self.command == "HEAD" else head + answer.body)

    def _linger(self) -> None:
        """Read what a refused client still sends: closing over unread bytes would destroy the answer on its way."""
        self.server.mark(self.connection, waiting=True)
        self.connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + _LINGER_SECONDS
        left = _LINGER_BYTES
        while left > 0:
            self.connection.settimeout(max(0.001, deadline - time.monotonic()))
            more = self.connection.recv(65_536)
            if not more:
                return
            left -= len(more)
