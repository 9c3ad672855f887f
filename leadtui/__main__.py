"""The entry point: runs a command and turns whatever ends it into one line and an exit code."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from leadtui.errors import Exit, LeadTuiError


def main() -> NoReturn:
    """Run leadtui with the arguments of the process."""
    _open_standard_streams()
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # while a module was being loaded
        code = 128 + signal.SIGINT
    if code >= 128:
        _end_by_signal(code - 128)
    sys.exit(code)


def _open_standard_streams() -> None:
    """Make stdin, stdout and stderr usable, whatever we were started with."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream = getattr(sys, name)
        if stream is None:
            # Closed by who started us. Left so, the next file opened, perhaps the database, would take its number.
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 - lives as long as the process
            if stream.fileno() != number:
                os.dup2(stream.fileno(), number)
            setattr(sys, name, stream)
        if mode == "w" and isinstance(stream, io.TextIOWrapper):
            # Titles from anywhere meet terminals of any encoding.
            stream.reconfigure(errors="backslashreplace")


def _run(arguments: list[str]) -> int:
    try:
        places = None if "_LEADTUI_COMPLETE" in os.environ else _only_places(arguments)
        if places is None:
            return _command(arguments)
        from leadtui.cli.dashboard import open_dashboard

        return open_dashboard(**places)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        _forget_output()
        return 128 + signal.SIGPIPE
    except LeadTuiError as error:
        if error.code == Exit.BUG:
            _log("internal_error", error)
        return _fail(str(error), error.code)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return _bug(error)
        _forget_output()
        _log("disk_full", error)
        return _fail(
            "the disk is full; what was stored before is safe; make room and try again", Exit.STORAGE
        )
    except Exception as error:
        # Only here: an internal error is a bug, and still one line; the log has the rest.
        return _bug(error)


def _bug(error: Exception) -> int:
    _log("internal_error", error)
    return _fail(f"internal error: {_what(error)}; please report it{_details()}", Exit.BUG)


def _only_places(arguments: list[str]) -> dict[str, str | None] | None:
    """Return what `leadtui` without a command was given, or None when there is more to parse.

    The dashboard opens without the command line's library, which takes longer to load than its first page to read.
    """
    places: dict[str, str | None] = {"home": None, "config_file": None, "log_level": None}
    names = {"--home": "home", "--config": "config_file"}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name not in names:
            return None
        places[names[name]] = value if equals else next(rest, "")
    return None if "" in places.values() else places


def _command(arguments: list[str]) -> int:
    import click

    from leadtui.cli.main import leadtui

    try:
        if "_LEADTUI_COMPLETE" in os.environ:
            leadtui.main(args=arguments, prog_name="leadtui")
        # Not `leadtui.main`: that one makes a closed pipe an exit with 1, which would be a bug of ours.
        with leadtui.make_context("leadtui", arguments) as context:
            result = leadtui.invoke(context)
        sys.stdout.flush()
        return result if isinstance(result, int) else Exit.DONE
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        command = error.ctx.command_path if error.ctx else "leadtui"
        return _fail(f"{command}: a command is missing. See '{command} --help'.", Exit.USAGE)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "leadtui"
        return _fail(f"{error.format_message()} See '{command} --help'.", Exit.USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), Exit.USAGE)
    except click.Abort:
        return 128 + signal.SIGINT


def _forget_output() -> None:
    """Keep the interpreter from failing once more when, at its end, it flushes what nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(line: str, code: int) -> int:
    from leadtui.telemetry.masking import mask_known
    from leadtui.text import clean_line

    with suppress(OSError):  # nobody reads the line, but the exit code still counts
        print(
            f"leadtui: {' '.join(clean_line(mask_known(line), 2_000).split())}", file=sys.stderr, flush=True
        )
    return int(code)


def _what(error: Exception) -> str:
    """Return kind, message and innermost line of ours: enough to find the place without a log."""
    place, step = "", error.__traceback__
    while step is not None:
        path = step.tb_frame.f_code.co_filename.replace(os.sep, "/")
        if "/leadtui/" in path:
            place = f" ({path.rpartition('/leadtui/')[2]}:{step.tb_lineno})"
        step = step.tb_next
    return f"{type(error).__name__}: {str(error)[:300]}{place}"


def _details() -> str:
    return ", details are in logs/error.log in home" if "leadtui.telemetry.logs" in sys.modules else ""


def _log(event: str, error: Exception) -> None:
    """Keep what does not fit on the line, if the command got as far as having a log."""
    if "leadtui.telemetry.logs" in sys.modules:
        from leadtui.telemetry import logs

        logs.get("main").error(event, exc_info=error)


def _end_by_signal(number: int) -> None:
    """End as the signal would have ended us, so that shells see the real cause."""
    if number in (signal.SIGINT, signal.SIGPIPE, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


if __name__ == "__main__":
    main()
