"""The grader's hold on a zygote: starts it, asks it for kernels and for trusted children, ends it."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import zmq

from autograder.cage import Confinement, Group, Level, Place, cgroups
from autograder.cage.place import FIRST_USER, USERS
from autograder.errors import EnvironmentMissing
from autograder.kernel import channel
from autograder.kernel.client import BoundedClient, Conversation
from autograder.kernel.kernel import Kernel
from autograder.kernel.preload import KERNEL
from autograder.kernel.process import Process
from autograder.kernel.program import DYING_SECONDS, FORK_SECONDS, Program
from autograder.kernel.provisioner import ForkedKernelManager
from autograder.records import Limits

KERNEL_ENTRY = "autograder.kernel.ipython:main"
REHEARSAL = "autograder.kernel.ipython:rehearse"
BRIDGE_ENTRY = "autograder.bridge.student:serve"


class Zygote:
    """A process that has imported everything and forks on request; it dies with the process that made it.

    Args:
        level: How what it forks as kernels is confined.
        limits: What one kernel may use.
        preload: Modules to import beforehand; missing ones are left out.
        kernels: Whether it is to fork IPython kernels; a trusted one forks only `fork` entries.
        bridge_entry: `module:function`, to which `Kernel.serve` hands the kernel's main thread.
    """

    def __init__(
        self,
        level: Level = Level.NONE,
        limits: Limits | None = None,
        preload: Sequence[str] = (),
        *,
        kernels: bool = True,
        bridge_entry: str = BRIDGE_ENTRY,
    ) -> None:
        self._confinement = Confinement(level, limits or Limits())
        self._bridge_entry = bridge_entry
        self._folder = _short_folder()
        self._numbers = itertools.count()
        self._context = zmq.Context()
        own = (*KERNEL, bridge_entry.partition(":")[0]) if kernels else ()
        rehearsal = REHEARSAL if kernels else ""
        self._program = Program(self._confinement, self._folder, [*preload, *own], rehearsal)

    def __enter__(self) -> Self:
        cgroups.remove_abandoned()
        self._program.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def await_ready(self) -> None:
        """Wait until it has imported everything; what it is asked before waits, too.

        Raises:
            EnvironmentMissing: It could not.
        """
        self._program.await_ready()

    @property
    def pid(self) -> int:
        """Process id of the program; 0 if it does not run."""
        return self._program.pid

    def fork(
        self, entry: str, arguments: object, descriptors: Sequence[int] = (), *, prepare: str = ""
    ) -> int:
        """Run trusted code in a fork; it is not confined, and dies with the zygote.

        Args:
            entry: `package.module:function`, called with the arguments and a list of descriptors.
            arguments: Anything that JSON can carry.
            descriptors: Copied into the child.
            prepare: Likewise, called with the arguments in the zygote itself before it forks: for imports, and for
                what is computed once and remembered.

        Returns:
            The child's pidfd, owned by the caller.
        """
        message = {"entry": entry, "prepare": prepare, "warden": False, "folder": "", "user": 0}
        return self._program.request(message, {"arguments": arguments}, descriptors)

    @contextlib.contextmanager
    def kernel(self, files: dict[str, bytes] | None = None) -> Iterator[Kernel]:
        """Fork a kernel; leaving the context ends it and all that it started.

        Args:
            files: Contents by name, placed in the kernel's working folder.
        """
        number = next(self._numbers)
        user = FIRST_USER + (os.getpid() * 64 + number) % USERS if self._changes_user else 0
        place = Place(self._folder / f"k{number}", user)
        ours, theirs = socket.socketpair()
        try:
            kernel, process = self._launch_twice(place, files or {}, ours, theirs)
            try:
                yield kernel
            finally:
                kernel.close()
                self._sweep_after(process)
        finally:
            ours.close()
            theirs.close()
            shutil.rmtree(place.folder, ignore_errors=True)

    @property
    def _changes_user(self) -> bool:
        """Whether kernels become another user: as root they have to, in a cage."""
        return os.geteuid() == 0 and self._confinement.level > Level.NONE

    def _launch_twice(
        self, place: Place, files: dict[str, bytes], ours: socket.socket, theirs: socket.socket
    ) -> tuple[Kernel, Process]:
        """Launch a kernel; try again if the zygote was killed meanwhile."""
        place.make(files)
        place.give()
        try:
            return self._launch(place, ours, theirs)
        except EnvironmentMissing:
            if not self._program.ends_within(DYING_SECONDS):
                raise
        shutil.rmtree(place.folder)
        place.make(files)
        place.give()
        return self._launch(place, ours, theirs)

    def _launch(self, place: Place, ours: socket.socket, theirs: socket.socket) -> tuple[Kernel, Process]:
        launched: list[Process] = []
        inside = Place(self._confinement.inside(self._folder) / place.folder.name, place.user)

        def launch(key: str) -> Process:
            connection = {"ip": str(inside.sockets / "k"), "key": key}
            launched.append(self._fork_kernel(inside, connection, theirs))
            return launched[0]

        manager = ForkedKernelManager(launch, str(place.sockets / "k"), self._context)
        manager.start_kernel()
        theirs.close()
        client = BoundedClient(context=self._context, **manager.get_connection_info(session=True))
        conversation = Conversation(client, launched[0].pidfd)
        kernel = Kernel(launched[0], conversation, ours, self._confinement.limits)
        if not conversation.handshake(FORK_SECONDS):
            kernel.close()
            raise EnvironmentMissing("a forked kernel did not answer")
        return kernel, launched[0]

    def _fork_kernel(self, inside: Place, connection: dict[str, str], bridge: socket.socket) -> Process:
        """Have a kernel forked; return once its sockets exist and the start-up's rights are gone."""
        status, wardens = channel.pair()
        listening, childs = socket.socketpair()
        arguments = {
            "connection": connection,
            "folder": str(inside.folder),
            "confinement": self._confinement.to_dict(),
            "bridge_entry": self._bridge_entry,
        }
        message = {
            "entry": KERNEL_ENTRY,
            "warden": True,
            "folder": str(inside.folder),
            "user": inside.user,
        }
        with wardens, childs, listening:
            descriptors = [wardens.fileno(), bridge.fileno(), childs.fileno()]
            try:
                warden = self._program.request(message, {"arguments": arguments}, descriptors)
            except BaseException:
                status.close()
                raise
            confined = self._confinement.level > Level.NONE
            process = Process(warden, status, Group(self._confinement.limits) if confined else None)
            wardens.close()
            childs.close()
            listening.settimeout(FORK_SECONDS)
            word = _word(listening) if process.started(FORK_SECONDS) else ""
            if word != "listening" or not process.seal(FORK_SECONDS):
                ended = process.end()
                process.forget()
                self._sweep_after(process)
                raise EnvironmentMissing(f"a forked kernel {ended.describe()} before it was ready. {word}")
        return process

    def _sweep_after(self, process: Process) -> None:
        if not process.swept:
            self._program.sweep()

    def close(self) -> None:
        """End the program and remove its folder."""
        self._program.stop()
        self._context.destroy(linger=0)
        shutil.rmtree(self._folder, ignore_errors=True)


def _word(listening: socket.socket) -> str:
    """Wait for the kernel's word that its sockets exist, or why not."""
    with contextlib.suppress(OSError):
        return listening.recv(1 << 13).decode(errors="replace")
    return ""


def _short_folder() -> Path:
    """Make a private folder whose name leaves room for a socket's path, which has at most 107 bytes."""
    base = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp(prefix="ag", dir=base if len(base) <= 60 else "/tmp"))
    folder.chmod(0o711)  # other users may pass, but not look
    return folder
