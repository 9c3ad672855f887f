"""The entry point: runs a command and turns whatever ends it into one line and an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import NoReturn

from leadtui.errors import Exit, LeadTuiError


def main() -> NoReturn:
    """Run leadtui with the arguments of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Titles from anywhere meet terminals of any encoding.
            stream.reconfigure(errors="backslashreplace")
    code = _run(sys.argv[1:])
    if code >= 128:
        _end_by_signal(code - 128)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    import click

    from leadtui.cli.main import leadtui

    try:
        result = leadtui.main(args=arguments, prog_name="leadtui", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else Exit.DONE
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "leadtui"
        return _fail(f"{error.format_message()} See '{command} --help'.", Exit.USAGE)
    except click.ClickException as error:
        return _fail(error.format_message(), Exit.USAGE)
    except (KeyboardInterrupt, click.Abort):
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except LeadTuiError as error:
        return _fail(str(error), error.code)
    except Exception as error:
        # Only here: an internal error is a bug, and still one line; the log has the rest.
        return _bug(error)


def _fail(line: str, code: int) -> int:
    print(f"leadtui: {' '.join(line.split())}", file=sys.stderr)
    return int(code)


def _bug(error: Exception) -> int:
    from leadtui.telemetry import logs
    from leadtui.text import clean_line

    logs.get("main").error("internal_error", exc_info=error)
    what = clean_line(f"{type(error).__name__}: {error}", 300)
    return _fail(f"internal error: {what}; please report it, details are in logs/error.log in home", Exit.BUG)


def _end_by_signal(number: int) -> None:
    """End as the signal would have ended us, so that shells see the real cause."""
    if number in (signal.SIGINT, signal.SIGPIPE, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


if __name__ == "__main__":
    main()
