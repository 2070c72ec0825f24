"""The service as a process of its own, for the demonstration: started, waited for, watched, stopped."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Final

import httpx

from sim.api_client import Credentials

READY_WITHIN_S: Final = 90.0
STOP_WITHIN_S: Final = 10.0
_LOG_TAIL: Final = 2000


class ServerFailedError(Exception):
    """The service ended, or did not become ready in time; the message holds the end of its log."""


class ServerProcess:
    """Runs `python -m utm.cli serve --demo` as a context manager; its output goes to `<data_dir>/server.log`."""

    def __init__(self, data_dir: Path, options: list[str], env: Mapping[str, str] | None = None) -> None:
        """`options` are further options of `serve`, `env` further settings (`HEXLANE_...`)."""
        self._env = dict(env or {})
        self.credentials_path = data_dir / "demo-credentials.json"
        self.log_path = data_dir / "server.log"
        self._data_dir, self._options = data_dir, options
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> "ServerProcess":
        self._data_dir.mkdir(parents=True, exist_ok=True)
        # Old credentials must not be taken for the new server's.
        self.credentials_path.unlink(missing_ok=True)
        self._log = self.log_path.open("wb")
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", "utm.cli", "serve", "--demo", "--data-dir", str(self._data_dir), *self._options],
            env={**os.environ, **self._env},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches this process, which then stops the server in order
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_WITHIN_S)
            if process.poll() is None:
                process.kill()
                process.wait()
        if self._log is not None:
            self._log.close()

    async def ready(self) -> Credentials:
        """Wait for the credentials and for /readyz; raises ServerFailedError."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + READY_WITHIN_S
        async with httpx.AsyncClient(timeout=2.0) as http:
            while loop.time() < ends_s:
                self._check_alive()
                credentials = self._credentials()
                if credentials is not None:
                    with contextlib.suppress(httpx.TransportError):
                        answer = await http.get(f"{credentials.base_url}/readyz")
                        if answer.status_code == httpx.codes.OK:
                            return credentials
                await asyncio.sleep(0.1)
        raise ServerFailedError(f"the server was not ready after {READY_WITHIN_S:.0f} s\n{self._tail()}")

    async def watch(self) -> None:
        """Return never; raises ServerFailedError when the server has ended."""
        while True:
            self._check_alive()
            await asyncio.sleep(0.5)

    def _credentials(self) -> Credentials | None:
        try:
            return Credentials.read(self.credentials_path)
        except (OSError, ValueError):
            return None  # not there yet, or half written

    def _check_alive(self) -> None:
        if self._process is None:
            raise ServerFailedError("the server was not started")
        code = self._process.poll()
        if code is not None:
            raise ServerFailedError(f"the server ended with code {code}\n{self._tail()}")

    def _tail(self) -> str:
        with contextlib.suppress(OSError):
            return self.log_path.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace")
        return ""
