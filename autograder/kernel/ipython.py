"""The child: an IPython kernel that answers cells over ZeroMQ and a check's calls over the bridge."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zmq
from ipykernel import ipkernel
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets import Type, default
from traitlets.config import Config

from autograder.cage import Confinement, Place
from autograder.kernel.bounded import BoundedSession
from autograder.kernel.ports import PORTS

STREAM_CLASS = "autograder.kernel.bounded.BoundedStream"
LISTENING = b"listening"
"""The word to the grader; anything else is a traceback."""


class Shell(ZMQInteractiveShell):
    """The interactive shell, which outlives `exit` and `quit`, and needs no terminal for `!command`."""

    def system(self, cmd: str) -> None:
        """Run a command and print what it says before the cell ends.

        The shell's own way needs a terminal, or sends the output through a thread that may come after the cell's end.
        """
        command = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]  # IPython's is untyped
        with subprocess.Popen(
            command,
            shell=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                for line in process.stdout or ():
                    sys.stdout.write(line)
            except BaseException:  # an interrupted cell leaves no command behind
                process.kill()
                raise
        self.user_ns["_exit_code"] = process.returncode

    def ask_exit(self) -> None:
        """Fail the cell as `sys.exit()` does; the cells after it still run."""
        raise SystemExit("quit() ends this cell; the notebook goes on")


class Kernel(IPythonKernel):
    """The kernel, with one more request: hand the main thread to the bridge."""

    shell_class = Type(Shell)
    streams: dict[str, Any] = {}  # noqa: RUF012  # set once, by the application
    msg_types = [*IPythonKernel.msg_types, "serve_request"]  # noqa: RUF012  # as ipykernel declares it

    def __init__(self, **kwargs: Any) -> None:
        """Start as ipykernel does, without the list of loaded modules, which is for the debugger alone.

        Making it touches every module: 16 MB of pages that the zygote's children would no longer share.
        """
        ipkernel.sys = SimpleNamespace(**vars(sys) | {"modules": {}})  # type: ignore[assignment, attr-defined]  # see above
        try:
            super().__init__(**kwargs)  # type: ignore[no-untyped-call]  # ipykernel's is untyped
        finally:
            ipkernel.sys = sys  # type: ignore[attr-defined]  # as it was

    def set_parent(self, *args: Any, **kwargs: Any) -> None:
        """Note the request; a cell that took the standard streams away did so for itself alone."""
        for name in ("stdout", "stderr"):
            if getattr(sys, name, None) is None:
                setattr(sys, name, self.streams[name])
        super().set_parent(*args, **kwargs)  # type: ignore[no-untyped-call]  # ipykernel's is untyped

    async def serve_request(self, stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        """Let the bridge use the student's names until the grader has asked enough."""
        shell: Any = self.shell
        session: Any = self.session
        module, _, function = App.bridge_entry.partition(":")
        try:
            getattr(importlib.import_module(module), function)(App.bridge, shell.user_ns)
        except BaseException as error:  # whatever the student's code made of it: a message, not an end
            content = {"status": "error", "ename": type(error).__name__, "evalue": str(error)[:1000]}
        else:
            content = {"status": "ok"}
        session.send(stream, "serve_reply", content, parent, ident=ident)


class Profile(ProfileDir):
    """A profile without folders on the disk."""

    def _mkdir(self, path: str, mode: int | None = None) -> bool:
        """Make none."""
        return False


class App(IPKernelApp):
    """The kernel's application without the files and threads that nothing here would use."""

    kernel_class = Type(Kernel)
    bridge: socket.socket | None = None
    bridge_entry = ""
    default_extensions: list[str] = []  # noqa: RUF012  # ipykernel's is %store, which needs a disk

    def _configure_logging(self) -> None:
        """Do nothing: nobody reads the kernel's log, and setting it up touches every logger there is."""

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Do nothing: there is no command line, and building its parser costs as much as the shell."""

    @default("ipython_dir")
    def _ipython_dir_default(self) -> str:
        """Name the scratch folder, and make nothing in it."""
        return tempfile.gettempdir()

    def init_profile_dir(self) -> None:
        """Take a profile that exists in memory only."""
        self.profile_dir = Profile(location=self.ipython_dir, parent=self)

    def load_config_file(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: no configuration of the machine's may change what a cell does."""

    def init_connection_file(self) -> None:
        """Do nothing: the grader's request says where the sockets are."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """Do nothing."""

    def init_io(self) -> None:
        """Remember the streams that publish what is printed."""
        super().init_io()  # type: ignore[no-untyped-call]  # ipykernel's is untyped
        Kernel.streams = {"stdout": sys.stdout, "stderr": sys.stderr}

    def init_heartbeat(self) -> None:
        """Do nothing: the grader holds the process itself."""

    def init_control(self, context: zmq.Context[Any]) -> None:
        """Leave out the debugger's socket, which would connect after the cage has closed."""
        super().init_control(context)  # type: ignore[no-untyped-call]  # ipykernel's is untyped
        self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))


def _application(connection: dict[str, Any]) -> App:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    settings = {"transport": "ipc", "ip": connection["ip"], "outstream_class": STREAM_CLASS}
    session = BoundedSession(key=connection["key"].encode())
    app: App = App.instance(config=config, session=session, **settings, **PORTS)
    app.initialize([])  # type: ignore[no-untyped-call]  # ipykernel's is untyped
    return app


def main(arguments: dict[str, Any], descriptors: list[int]) -> None:
    """Start a kernel and run it until the process ends.

    Args:
        arguments: `connection` (ip and key), `folder` (the child's place), `confinement`,
            `bridge_entry` (`module:function`, which gets the bridge's socket and the notebook's names).
        descriptors: The bridge's end, and a socket on which to say that the kernel listens.
    """
    try:
        app = _listening_application(arguments, descriptors[0])
    except BaseException:
        os.write(descriptors[1], traceback.format_exc()[-4000:].encode())
        raise
    os.write(descriptors[1], LISTENING)
    os.close(descriptors[1])
    app.start()  # type: ignore[no-untyped-call]  # ipykernel's is untyped


def _listening_application(arguments: dict[str, Any], bridge: int) -> App:
    place = Place(Path(arguments["folder"]))
    tempfile.tempdir = os.environ["TMPDIR"] = os.environ["HOME"] = str(place.tmp)
    os.chdir(place.work)
    App.bridge = socket.socket(fileno=bridge)
    App.bridge_entry = arguments["bridge_entry"]
    app = _application(arguments["connection"])
    Confinement.from_dict(arguments["confinement"]).close_the_door()
    return app


def rehearse() -> None:
    """Start a kernel, run a cell that works and one that fails: for the modules that this loads."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        shell: Any = _application({"ip": f"{folder}/s", "key": "rehearsal"}).shell
        for source in (
            "1 + 1",
            "raise NotImplementedError()",
            "exit()",
            FIGURE if "matplotlib" in sys.modules else "",
        ):
            shell.run_cell(source, store_history=True)


FIGURE = """
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.semilogy([1, 2], label="$x$")
axes.legend()
display(figure)
plt.show()
"""
