"""How jupyter_client gets a kernel from a zygote: its provisioner interface, with a fork in the place of Popen."""

from __future__ import annotations

import signal
from typing import Any, Protocol

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from autograder.kernel.ports import PORTS
from autograder.kernel.process import Process


class Launcher(Protocol):
    """Starts the kernel's process."""

    def __call__(self, key: str, /) -> Process:
        """Return once the kernel listens; it signs its messages with the key."""


class ForkProvisioner(KernelProvisionerBase):
    """Provides one kernel, forked."""

    launcher: Launcher
    process: Process | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started."""
        return self.process is not None

    async def poll(self) -> int | None:
        """Return None while the kernel runs."""
        return None if self.process is not None and self.process.alive else 0

    async def wait(self) -> int | None:
        """End the kernel and return its exit status."""
        return self.process.end().code if self.process is not None else None

    async def send_signal(self, signum: int) -> None:
        """Send the kernel a signal."""
        if self.process is not None:
            self.process.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing running."""
        if self.process is not None:
            self.process.end()

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Launch no command."""
        return {**kwargs, "cmd": []}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have the kernel forked and say where it listens."""
        manager: Any = self.parent
        connection: KernelConnectionInfo = manager.get_connection_info()
        self.process = self.launcher(manager.session.key.decode())
        self.connection_info = connection
        return connection


class ForkedKernelManager(KernelManager):
    """Manages one kernel of a zygote.

    Args:
        launcher: Starts the process.
        sockets: Where the kernel's sockets are to be, without the port's suffix.
        context: The ZeroMQ context.
    """

    def __init__(self, launcher: Launcher, sockets: str, context: Any) -> None:
        super().__init__(transport="ipc", ip=sockets, context=context, kernel_name="zygote", **PORTS)
        self._kernel_spec = KernelSpec(argv=[], display_name="Python 3, forked", language="python")
        self.provisioner = ForkProvisioner(parent=self, kernel_id="0", kernel_spec=self._kernel_spec)
        self.provisioner.launcher = launcher

    def _connect_control_socket(self) -> None:
        """Do nothing: the grader ends a kernel by its process, not by a message."""

    def __del__(self) -> None:
        """Do nothing: there is no connection file, and the folder of the sockets is removed by its owner."""
