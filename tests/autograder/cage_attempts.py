"""What a student's code might attempt, each tried in a real kernel at one level; prints JSON of what it reached.

Run as a script, so that the same attempts can be made by root and by an ordinary user: `cage_attempts.py LEVEL`.
An attempt is a cell that prints REACHED if it got through; the ones named in `OUTSIDE` are judged from outside instead.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from autograder.cage import Level  # noqa: E402  # the script runs without installation, too
from autograder.kernel import Zygote  # noqa: E402  # the path is set above
from autograder.records import Limits  # noqa: E402  # the path is set above

MARK = "REACHED"
LIMITS = Limits(
    memory_bytes=512 << 20,
    processes=40,
    file_bytes=4 << 20,
    tmp_bytes=16 << 20,
    cpu_seconds=2,
    cell_seconds=20.0,
)

READ = "print('REACHED' if open({path!r}, 'rb').read(1) is not None else '')"
LIST = "import os; print('REACHED', os.listdir({path!r}))"
WRITE = "open({path!r}, 'w').write('x'); print('REACHED')"
CONNECT = """
import socket
s = socket.socket({family}, {kind})
s.settimeout(2)
{act}
print('REACHED')
"""
DATAGRAM_PAIR = """
import socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
a.sendto(b'x', {path!r})
print('REACHED')
"""
SIGNAL = "import os; os.kill({pid}, 0); print('REACHED')"
SIGNAL_ALL_PARENTS = """
import os, time
parent = os.getppid()
os.kill(parent, 9)
time.sleep(0.3)
print('REACHED' if os.getppid() != parent else '')
"""
SEE = "import os; print('REACHED' if {pid} and open('/proc/{pid}/cmdline').read().count('sleep') else '')"
FORKS = """
import os, time
children = 0
try:
    for _ in range(400):
        if os.fork() == 0:
            time.sleep(60); os._exit(0)
        children += 1
finally:
    print('REACHED' if children > 100 else children)
"""
THREADS = """
import threading, time
started = 0
try:
    for _ in range(400):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
finally:
    print('REACHED' if started > 100 else started)
"""
MEMORY = "data = bytearray(1 << 30); print('REACHED')"
MEMORY_OF_MANY = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        data = bytearray(os.urandom(1 << 20)) * 300
        time.sleep(20)
        os._exit(0)
time.sleep(6)
print('REACHED')
"""
ONE_FILE = """
with open('large', 'wb', buffering=0) as f:
    for _ in range(8): f.write(bytes(1 << 20))
print('REACHED')
"""
MANY_FILES = """
import tempfile, time
for n in range(32):
    with open(f'{tempfile.gettempdir() if n % 2 else "."}/part{n}', 'wb', buffering=0) as f:
        for _ in range(2): f.write(bytes(1 << 20))
time.sleep(1.5)
print('REACHED')
"""
PROCESSOR = """
import time
end = time.process_time() + 8
while time.process_time() < end: pass
print('REACHED')
"""
CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print('REACHED' if {call} >= 0 else os.strerror(ctypes.get_errno()))
"""
RIGHTS = """
status = dict(line.split(':\\t') for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
print('REACHED' if int(status['CapEff'], 16) & ~4 or status['NoNewPrivs'] != '1' else '')
"""
DAEMON = """
import os, subprocess
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
        os.execv('/bin/sleep', ['sleep', {seconds!r}])
    os._exit(0)
"""
TRACE_PARENT = "import os; open(f'/proc/{os.getppid()}/mem', 'rb'); print('REACHED')"


def attempts(world: World) -> dict[str, str]:
    """Return the source of each attempt, by its name."""
    here = world.folder
    tcp = f"s.connect(('127.0.0.1', {world.tcp_port}))"
    udp = f"s.sendto(b'x', ('127.0.0.1', {world.udp_port}))"
    return {
        "tcp": CONNECT.format(family="socket.AF_INET", kind="socket.SOCK_STREAM", act=tcp),
        "udp": CONNECT.format(family="socket.AF_INET", kind="socket.SOCK_DGRAM", act=udp),
        "udp with connect": CONNECT.format(
            family="socket.AF_INET", kind="socket.SOCK_DGRAM", act=udp.replace("sendto(b'x', ", "connect(")
        ),
        "dns": "import socket; print('REACHED', socket.getaddrinfo('deb.debian.org', 80))",
        "abstract socket": CONNECT.format(
            family="socket.AF_UNIX", kind="socket.SOCK_STREAM", act=f"s.connect({world.abstract!r})"
        ),
        "path socket": CONNECT.format(
            family="socket.AF_UNIX", kind="socket.SOCK_STREAM", act=f"s.connect({str(here / 'stream')!r})"
        ),
        "datagram of a pair": DATAGRAM_PAIR.format(path=str(here / "datagram")),
        "read a host file": READ.format(path=str(here / "secret")),
        "read passwords": READ.format(path="/etc/passwd"),
        "read the repository": READ.format(path=str(ROOT / "pyproject.toml")),
        "list the concepts": LIST.format(path=str(ROOT / "concepts")),
        "list a home": LIST.format(path="/home"),
        "read a neighbour's file": READ.format(path=str(world.neighbour_file)),
        "list the kernels' folder": LIST.format(path=str(world.neighbour_file.parents[2])),
        "write on the host": WRITE.format(path=str(here / "open" / "written")),
        "write into the interpreter": WRITE.format(path=f"{sys.prefix}/written"),
        "write into the system": WRITE.format(path="/usr/written"),
        "write into the package": WRITE.format(path=str(ROOT / "autograder" / "written.py")),
        "signal a process": SIGNAL.format(pid=world.sleeper),
        "kill the warden": SIGNAL_ALL_PARENTS,
        "see a process": SEE.format(pid=world.sleeper),
        "trace the warden": TRACE_PARENT,
        "fork bomb": FORKS,
        "thread bomb": THREADS,
        "memory bomb": MEMORY,
        "memory bomb of many": MEMORY_OF_MANY,
        "large file": ONE_FILE,
        "many files": MANY_FILES,
        "processor time": PROCESSOR,
        "mount": CALL.format(call="libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)"),
        "new user namespace": CALL.format(call="libc.unshare(0x10000000)"),
        "become root": CALL.format(call="libc.setresuid(0, 0, 0) if os.getuid() else -1"),
        "chroot": CALL.format(call="libc.chroot(b'/')"),
        "rights": RIGHTS,
        "daemon": DAEMON.format(seconds=world.daemon_seconds),
    }


class World:
    """What there is outside to be reached: servers, files, a process, another student's kernel."""

    def __init__(self, zygote: Zygote, stack: ExitStack) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outside", dir="/var/tmp"))
        stack.callback(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        (self.folder / "secret").write_text("secret")
        (self.folder / "open").mkdir()
        (self.folder / "open").chmod(0o777)
        self.abstract = f"\0attempts{os.getpid()}"
        self.tcp_port = self._server(stack, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.udp_port = self._server(stack, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self._server(stack, socket.AF_UNIX, socket.SOCK_STREAM, self.abstract)
        for name, kind in (("stream", socket.SOCK_STREAM), ("datagram", socket.SOCK_DGRAM)):
            self._server(stack, socket.AF_UNIX, kind, str(self.folder / name))
            (self.folder / name).chmod(0o777)
        process = subprocess.Popen(["sleep", "300"])
        stack.callback(process.wait)
        stack.callback(process.kill)
        self.sleeper = process.pid
        self.daemon_seconds = f"{300 + os.getpid() % 1000}.5"
        neighbour = stack.enter_context(zygote.kernel({"answer.txt": b"42"}))
        place = neighbour.run("import os; print(os.getcwd(), end='')", 10).outputs[0]["text"]
        self.neighbour_file = Path(place) / "answer.txt"

    def _server(self, stack: ExitStack, family: int, kind: int, address: object) -> int:
        server = stack.enter_context(socket.socket(family, kind))
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen(64)
        return server.getsockname()[1] if family == socket.AF_INET else 0

    def daemon_runs(self) -> bool:
        """Whether the daemon that an attempt left behind is still there."""
        found = subprocess.run(
            ["pgrep", "-f", f"sleep {self.daemon_seconds}"], capture_output=True, check=False
        )
        return found.returncode == 0


def attempt(zygote: Zygote, world: World, name: str, source: str) -> dict[str, object]:
    """Make one attempt in a kernel of its own, and see whether the neighbour outlives it."""
    with zygote.kernel() as kernel:
        run = kernel.run(source, 12.0)
    text = json.dumps(run.outputs)
    reached = MARK in text.replace("print('REACHED", "")
    if name == "daemon":
        reached = world.daemon_runs()
    if name == "write on the host":
        reached = (world.folder / "open" / "written").exists()
    return {"reached": reached, "status": run.status, "reason": run.reason, "output": text[-300:]}


def main(level: Level) -> dict[str, object]:
    """Make all attempts at one level."""
    with ExitStack() as stack:
        zygote = stack.enter_context(Zygote(level, LIMITS))
        world = World(zygote, stack)
        chosen = {
            name: source
            for name, source in attempts(world).items()
            if not sys.argv[2:] or name in sys.argv[2:]
        }
        results = {name: attempt(zygote, world, name, source) for name, source in chosen.items()}
    for place in (Path(sys.prefix, "written"), Path("/usr/written"), ROOT / "autograder" / "written.py"):
        place.unlink(missing_ok=True)
    return results


if __name__ == "__main__":
    print(json.dumps(main(Level(sys.argv[1]))))
