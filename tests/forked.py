"""Servers forked from a process that has everything loaded (`tests.loaded`).

Loading libraries and compiled kernels costs a server seconds of a core, and the tests start about a hundred. What is
forked runs the real command in a process of its own: it can be killed, and shares nothing with other servers.
"""

import contextlib
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import traceback
from multiprocessing import forkserver
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_context = multiprocessing.get_context("forkserver")


class ForkedCommand:
    """`hexlane ARGUMENTS` in a process of its own, with what tests use of `subprocess.Popen`."""

    def __init__(self, arguments: list[str], *, env: dict[str, str], log: Path) -> None:
        _load_once()
        self._process = _context.Process(target=_run, args=(arguments, env, log), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code; negative is the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code."""
        self._process.join(timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired("hexlane", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal; none goes to a process that has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _load_once() -> None:
    """Start the loaded process; it finds this package whatever the working folder and the safe path are."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([before] if before else [])])
    try:
        _context.set_forkserver_preload(["tests.loaded"])
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _run(arguments: list[str], env: dict[str, str], log: Path) -> None:
    """Become the command: its environment, its outputs, its signals, its exit code."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    importlib.import_module("tests.loaded")  # there already, unless loading failed: then this says why
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(env)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["hexlane", *arguments]
    from utm.cli import app

    try:
        app(args=arguments)
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc()
        raise
