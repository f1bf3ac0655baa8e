"""Child processes that never outlive us: their output is passed on line by line, and all end when one does.

Each child runs in a session of its own, so that Ctrl-C reaches only us and we stop them in order. Should we be
killed, the kernel signals them (PR_SET_PDEATHSIG, Linux).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from windlass_commands.errors import ProcessFailed

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
LINES_KEPT = 20
# A log line can be a whole transaction; asyncio's default limit for a line is 64 kB.
MAX_LINE_BYTES = 1 << 20

Show = Callable[[str, str], None]


@dataclass
class Child:
    """A running child. `lines` are the last it printed; of one that is `retired` the end is no news."""

    name: str
    process: asyncio.subprocess.Process
    stop_signal: signal.Signals
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    pump: asyncio.Task[None] | None = None
    retired: bool = False

    @property
    def ended(self) -> bool:
        """True once it has exited."""
        return self.process.returncode is not None

    def failure(self) -> ProcessFailed:
        """That it ended, with its last words."""
        code = self.process.returncode
        how = f"exit code {code}" if code is None or code >= 0 else f"signal {signal.Signals(-code).name}"
        said = "\n".join(f"    {line}" for line in list(self.lines)[-5:])
        return ProcessFailed(f"{self.name} ended unexpectedly ({how})" + (f"; it last said:\n{said}" if said else "."))


class Supervisor:
    """Starts children, passes their output to `show(name, line)`, and stops them in reverse order."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.children: list[Child] = []
        self.stopping = False
        self._replaced = asyncio.Event()

    async def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        shown: Callable[[str], bool] = lambda line: True,
    ) -> Child:
        """Start a child, as another system `user` if one is named; its lines are passed on where they are `shown`.

        Raises ProcessFailed where there is no such program.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                # After setuid, which would clear the setting again (prctl(2)).
                preexec_fn=_dies_with_us(stop_signal),
                limit=MAX_LINE_BYTES,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )
        except OSError as error:
            raise ProcessFailed(f"{name} cannot be started: {command[0]}: {error.strerror}.") from error
        child = Child(name, process, stop_signal)
        child.pump = asyncio.create_task(self._pump(child, shown))
        self.children.append(child)
        self._replaced.set()
        return child

    async def line_of(self, child: Child, wanted: Callable[[str], bool], seconds: float) -> str:
        """The child's first line that is `wanted`. Raises ProcessFailed where any ends, or it takes too long."""
        said = asyncio.create_task(self._said(child, wanted, seconds))
        ended = asyncio.create_task(self.first_end())
        try:
            await asyncio.wait([said, ended], return_when=asyncio.FIRST_COMPLETED)
            if said.done():
                return said.result()
            raise ended.result()
        finally:
            said.cancel()
            ended.cancel()
            await asyncio.gather(said, ended, return_exceptions=True)

    async def _said(self, child: Child, wanted: Callable[[str], bool], seconds: float) -> str:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    child.changed.clear()
                    for line in child.lines:
                        if wanted(line):
                            return line
                    await child.changed.wait()
        except TimeoutError:
            raise ProcessFailed(f"{child.name} did not become ready within {seconds:.0f} s.") from None

    async def first_end(self) -> ProcessFailed:
        """Wait until any child ends that is not retired, those started meanwhile included; how it did."""
        while True:
            self._replaced.clear()
            waits = {asyncio.create_task(child.process.wait()): child for child in self.children if not child.retired}
            replaced = asyncio.create_task(self._replaced.wait())
            try:
                done, _ = await asyncio.wait([*waits, replaced], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*waits, replaced):
                    task.cancel()
            for task, child in waits.items():
                if task in done and not child.retired:
                    await self._drained(child)
                    return child.failure()

    async def retire(self, child: Child) -> None:
        """Stop one child because another takes its place; the rest go on."""
        child.retired = True
        self._replaced.set()
        await self._stop(child)
        self.children.remove(child)

    async def stop(self) -> None:
        """Stop all, the last started first; whoever does not go in 10 seconds is killed."""
        self.stopping = True  # what children say about being stopped is no news
        for child in reversed(self.children):
            await self._stop(child)
        self.children.clear()

    async def _stop(self, child: Child) -> None:
        if not child.ended:
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(child.stop_signal)
            try:
                await asyncio.wait_for(child.process.wait(), STOP_SECONDS)
            except TimeoutError:
                self.show(child.name, f"did not stop within {STOP_SECONDS:.0f} s and is killed")
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                await child.process.wait()
        await self._drained(child)

    async def _drained(self, child: Child) -> None:
        """Its last lines; a grandchild that holds the pipe open does not hold us up."""
        if child.pump is not None:
            await asyncio.wait([child.pump], timeout=1)
            child.pump.cancel()

    async def _pump(self, child: Child, shown: Callable[[str], bool]) -> None:
        stream = child.process.stdout
        assert stream is not None
        while True:
            try:
                raw = await stream.readline()
            except ValueError:
                continue  # a line beyond MAX_LINE_BYTES; the reader has dropped it
            if not raw:
                break
            line = raw.decode(errors="replace").rstrip()
            child.lines.append(line)
            child.changed.set()
            if not (self.stopping or child.retired) and shown(line):
                self.show(child.name, line)
        await child.process.wait()
        child.changed.set()


def _dies_with_us(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    # Looked up before the fork: between fork and exec nothing may be imported or allocated at length.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # we died before the setting was made
            os._exit(1)

    return before_exec
