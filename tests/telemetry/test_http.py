"""The endpoint through real sockets: clients that ask well, badly, slowly, and all at once."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from leadtui.errors import ConfigError, Exit
from leadtui.telemetry import logs
from leadtui.telemetry.http import MAX_CONNECTIONS, EndpointError, HttpServer, Ready
from leadtui.telemetry.metrics import Metrics


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


IPV6 = has_ipv6()


@dataclass
class Program:
    """What the endpoint asks about, as a test wants it to be."""

    alive: Callable[[], bool] = lambda: True
    ready: Callable[[], Ready] = lambda: Ready(True)
    metrics: Metrics = field(default_factory=lambda: Metrics(["jsonl"]))
    host: str = "127.0.0.1"
    port: int = 0

    def serve(self, token: str = "", *, host: str = "127.0.0.1", request_seconds: float = 30) -> HttpServer:
        server = HttpServer(
            host,
            0,
            token,
            metrics=self.metrics,
            ready=lambda: self.ready(),
            alive=lambda: self.alive(),
            request_seconds=request_seconds,
        )
        self.port = server.start()
        self.host = host.strip("[]") if host != "localhost" else host
        return server

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=20)

    def raw(self, request: bytes) -> bytes:
        """Send bytes, and read until the server closes."""
        with self.connect() as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return read_all(connection)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        with closing(http.client.HTTPConnection(self.host, self.port, timeout=20)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def told(self, path: str) -> tuple[int, Any]:
        status, _, body = self.ask(path)
        return status, json.loads(body)


def read_all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@pytest.fixture
def program(capfd: pytest.CaptureFixture[str]) -> Iterator[Program]:
    """A program with its endpoint, which must not have written a word to the screen."""
    program = Program()
    server = program.serve()
    yield program
    server.stop()
    assert capfd.readouterr() == ("", "")


def test_metrics_are_served_as_prometheus_reads_them(program: Program) -> None:
    program.metrics.leads_found.inc(5)
    status, headers, body = program.ask("/metrics?name%5B%5D=x")
    assert status == 200
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {s.name: s.value for f in text_string_to_metric_families(body.decode()) for s in f.samples}
    assert found["leadtui_leads_found_total"] == 5
    _, headers, body = program.ask("/metrics", Accept="application/openmetrics-text;version=1.0.0")
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert body.endswith(b"# EOF\n")


def test_health_follows_the_event_loop(program: Program) -> None:
    assert program.told("/health") == (200, {"status": "ok"})
    program.alive = lambda: False
    assert program.told("/health") == (503, {"status": "event loop stuck"})


def test_readiness_tells_what_is_wrong_and_what_is_only_degraded(program: Program) -> None:
    program.ready = lambda: Ready(True, checks={"database": "ok"}, degraded=("redis",))
    assert program.told("/ready") == (
        200,
        {"status": "ready", "degraded": ["redis"], "checks": {"database": "ok"}},
    )
    program.ready = lambda: Ready(False, checks={"database": "locked\n\x1b[2J"})
    status, body = program.told("/ready")
    assert (status, body["status"]) == (503, "not ready")
    assert body["checks"]["database"].isprintable()
    program.ready = lambda: Ready(True, draining=True)
    assert program.told("/ready") == (503, {"status": "draining", "degraded": [], "checks": {}})


def test_readiness_gives_no_secret_away(program: Program) -> None:
    logs.register_secret("canary-of-a-password")
    program.ready = lambda: Ready(
        False, checks={"database": "no answer from postgresql://u:hunter2@db/x as canary-of-a-password"}
    )
    _, _, body = program.ask("/ready")
    assert b"canary-of" not in body
    assert b"hunter2" not in body


@pytest.mark.parametrize("path", ["/ready", "/health", "/metrics"])
def test_head_is_get_without_a_body(program: Program, path: str) -> None:
    status, headers, body = program.ask(path, "HEAD")
    assert (status, body) == (200, b"")
    _, got, _ = program.ask(path)
    if path != "/metrics":
        assert headers["Content-Length"] == got["Content-Length"]
    assert headers["Content-Type"] == got["Content-Type"]


def test_answers_close_and_do_not_boast(program: Program) -> None:
    for path in ("/health", "/metrics", "/none"):
        _, headers, _ = program.ask(path)
        assert headers["Connection"] == "close"
        assert not {"Server", "Date"} & set(headers)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "get", "CONNECT", "X"]
)
def test_other_methods_are_refused(program: Program, method: str) -> None:
    status, headers, _ = program.ask("/metrics", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("size", [1, 8_000, 9_000, 900_000])
def test_a_refusal_arrives_even_when_a_body_is_on_its_way(program: Program, size: int) -> None:
    with socket.socket() as connection:
        # A small buffer, so that the body is still being sent when the refusal comes.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        connection.settimeout(20)
        connection.connect((program.host, program.port))
        connection.sendall(b"POST /metrics HTTP/1.1\r\nExpect: 100-continue\r\n\r\n" + b"x" * size)
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection).startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize("path", ["/", "/metrics/", "/Health", "/../ready", "/%6detrics", "*"])
def test_other_paths_are_not_found(program: Program, path: str) -> None:
    assert program.told(path) == (404, {"error": "not found"})


def test_the_token_opens_all_but_health(capfd: pytest.CaptureFixture[str]) -> None:
    program = Program()
    server = program.serve("tökén-of-the-test")
    try:
        right = "Bearer tökén-of-the-test".encode().decode("latin-1")
        wrong = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer wrong",
            "Basic t",
            right[:-1],
            right + "x",
            right.replace("Bearer", ""),
        ]
        for path in ("/metrics", "/ready"):
            assert program.ask(path, Authorization=right)[0] == 200
            assert program.ask(path, Authorization=right.replace("Bearer", "bearer"))[0] == 200
            for header in wrong:
                status, headers, body = program.ask(path, Authorization=header)
                assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
                assert b"leadtui_" not in body
            assert program.ask(path)[0] == 401
        assert program.told("/health") == (200, {"status": "ok"})
        assert program.ask("/metrics?token=t%C3%B6k%C3%A9n-of-the-test")[0] == 401
    finally:
        server.stop()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /metrics HTTP/9\r\n\r\n",
        b"GET /metrics HTTP/2.0\r\n\r\n",
        b"POST /metrics\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * 150 + b"\r\n",
    ],
)
def test_what_is_no_request_is_refused_without_an_echo(program: Program, request_bytes: bytes) -> None:
    answer = program.raw(request_bytes)
    assert answer[:10] in (b"HTTP/1.1 4", b"HTTP/1.1 5")
    assert b"nonsense" not in answer
    assert b"leadtui_" not in answer


def test_headers_are_bounded_in_total(program: Program) -> None:
    start, end = b"GET /health HTTP/1.1\r\nX: ", b"\r\n\r\n"
    fits = start + b"a" * (8192 - len(start) - len(end)) + end
    assert program.raw(fits).startswith(b"HTTP/1.1 200 ")
    assert program.raw(fits.replace(b"X", b"XX")).startswith(b"HTTP/1.1 431 ")
    assert program.raw(start + b"a" * 200_000 + end).startswith(b"HTTP/1.1 431 ")
    assert program.raw(b"GET /" + b"a" * 9000 + end).startswith(b"HTTP/1.1 431 ")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=300)
    | st.text().map(lambda text: f"GET /metrics HTTP/1.1\r\nAccept: {text}\r\n\r\n".encode())
)
def test_no_bytes_break_it(program: Program, request_bytes: bytes) -> None:
    answer = program.raw(request_bytes)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    assert not answer.startswith(b"HTTP/1.1 500")


def test_a_request_that_drips_is_given_up_on_as_a_whole() -> None:
    program = Program()
    server = program.serve(request_seconds=0.3)
    stop = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not stop.wait(0.05):
            try:
                connection.send(b"X")
            except OSError:
                return

    try:
        with program.connect() as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nX: ")
            dripper = threading.Thread(target=drip, args=(connection,))
            dripper.start()
            try:
                assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
            finally:
                stop.set()
                dripper.join()
    finally:
        server.stop()


def test_a_hundred_slow_clients_do_not_stop_health(program: Program) -> None:
    slow = [program.connect() for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nX-Slow: ")
        for _ in range(5):
            assert program.told("/health") == (200, {"status": "ok"})
            assert program.ask("/metrics")[0] == 200
        still_open = 0
        for connection in slow:
            connection.settimeout(0.01)
            try:
                connection.recv(1)
            except TimeoutError:
                still_open += 1
            except ConnectionResetError:
                continue
        assert 0 < still_open <= MAX_CONNECTIONS
    finally:
        for connection in slow:
            connection.close()


def test_when_every_place_is_busy_the_next_client_is_closed_at_once_and_the_first_are_served(
    program: Program,
) -> None:
    go_on = threading.Event()
    entered = threading.Semaphore(0)

    def ready() -> Ready:
        entered.release()
        go_on.wait(20)
        return Ready(True)

    program.ready = ready
    busy = [program.connect() for _ in range(MAX_CONNECTIONS)]
    try:
        for connection in busy:
            connection.sendall(b"GET /ready HTTP/1.1\r\n\r\n")
        for _ in busy:
            assert entered.acquire(timeout=20)
        with program.connect() as late:
            assert late.recv(100) == b""
        go_on.set()
        assert all(read_all(connection).startswith(b"HTTP/1.1 200 ") for connection in busy)
    finally:
        go_on.set()
        for connection in busy:
            connection.close()
    assert program.told("/health") == (200, {"status": "ok"})


def test_places_are_given_back(program: Program) -> None:
    for _ in range(3 * MAX_CONNECTIONS):
        assert program.ask("/health")[0] == 200
        program.connect().close()
    assert program.ask("/metrics")[0] == 200


def test_health_answers_while_readiness_hangs(program: Program) -> None:
    go_on = threading.Event()

    def ready() -> Ready:
        go_on.wait(20)
        return Ready(True)

    program.ready = ready
    with program.connect() as waiting:
        waiting.sendall(b"GET /ready HTTP/1.1\r\n\r\n")
        assert program.told("/health") == (200, {"status": "ok"})
        go_on.set()
        assert read_all(waiting).startswith(b"HTTP/1.1 200 ")


def test_a_check_that_fails_is_told_shortly_and_logged_fully(program: Program, tmp_path: Any) -> None:
    def ready() -> Ready:
        raise RuntimeError("detail that stays inside")

    program.ready = ready
    logs.setup(tmp_path, "info", face="dashboard")
    try:
        assert program.told("/ready") == (500, {"error": "internal error"})
    finally:
        logs.close()
    (line,) = (tmp_path / "logs" / "error.log").read_text().splitlines()
    assert json.loads(line)["exception"]["message"] == "detail that stays inside"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", *(["::1", "[::1]"] if IPV6 else [])])
def test_it_listens_on_loopback_by_any_name(host: str) -> None:
    program = Program()
    server = program.serve(host=host)
    try:
        assert program.told("/health") == (200, {"status": "ok"})
    finally:
        server.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "", *(["::"] if IPV6 else [])])
def test_without_a_token_it_does_not_listen_to_other_machines(host: str) -> None:
    with pytest.raises(EndpointError, match="token"):
        Program().serve(host=host)
    program = Program()
    server = program.serve("t0ken", host=host)
    try:
        program.host = "::1" if host == "::" else "127.0.0.1"
        assert program.ask("/metrics")[0] == 401
        assert program.ask("/metrics", Authorization="Bearer t0ken")[0] == 200
    finally:
        server.stop()


def test_a_port_in_use_is_a_usage_error_that_says_what_to_do(program: Program) -> None:
    second = HttpServer(
        "127.0.0.1", program.port, "", metrics=program.metrics, ready=program.ready, alive=program.alive
    )
    with pytest.raises(EndpointError) as caught:
        second.start()
    assert isinstance(caught.value, ConfigError)
    assert caught.value.code is Exit.USAGE
    assert str(program.port) in str(caught.value)
    assert "free port" in caught.value.fix
    second.stop()


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 0), ("no..host", 0), ("127.0.0.1", 99_999)])
def test_an_address_that_is_not_ours_is_a_usage_error(host: str, port: int) -> None:
    program = Program()
    server = HttpServer(
        host, port, "t0ken", metrics=program.metrics, ready=program.ready, alive=program.alive
    )
    with pytest.raises(EndpointError, match="cannot listen") as caught:
        server.start()
    assert caught.value.fix


def test_stopping_frees_the_port_and_cuts_what_is_open() -> None:
    program = Program()
    server = program.serve()
    with program.connect() as open_still:
        open_still.sendall(b"GET /health")
        assert program.told("/health")[0] == 200
        server.stop()
        server.stop()
        assert open_still.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        program.connect()
    again = HttpServer(
        "127.0.0.1", program.port, "", metrics=program.metrics, ready=program.ready, alive=program.alive
    )
    assert again.start() == program.port
    again.stop()
