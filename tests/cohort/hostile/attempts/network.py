# == tcp_and_udp: looks for the network
# flags = ["imports socket"]
# %% top
import socket
for address in (("1.1.1.1", 53), ("127.0.0.1", 8786), ("10.0.0.1", 80), ("169.254.169.254", 80)):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_INET, kind) as out:
                out.settimeout(0.3)
                out.connect(address)
                out.send(b"x")
                WON = True
        except OSError:
            pass
try:
    WON = globals().get("WON") or bool(socket.getaddrinfo("example.org", 443))
except OSError:
    pass

# == other_sockets: abstract and path sockets of the machine, netlink, raw, vsock
# flags = ["imports socket"]
# %% top
import glob, socket
for path in ("\0dbus", "/run/dbus/system_bus_socket", "/var/run/docker.sock", "/run/systemd/notify", "/tmp/.X11-unix/X0",
             *glob.glob("/tmp/*/*/s/*"), *glob.glob("/run/kernels/*/s/*")):
    try:
        with socket.socket(socket.AF_UNIX) as out:
            out.connect(path)
            WON = True
    except OSError:
        pass
for family, kind in ((socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind)
        WON = True
    except OSError:
        pass

# == traces_its_parent: ptrace and process_vm_readv upon every process that is not its own
# flags = ["imports ctypes"]
# %% top
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for pid in [os.getppid(), *map(int, filter(str.isdigit, os.listdir("/proc")))]:
    if pid != os.getpid():
        WON = globals().get("WON") or libc.ptrace(16, pid, 0, 0) == 0  # PTRACE_ATTACH

# == new_namespaces: becomes root in a user namespace and mounts
# flags = ["imports ctypes"]
# %% top
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
WON = libc.unshare(0x10000000) == 0 or libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0 or libc.chroot(b"/tmp") == 0

# == becomes_root: setuid programs and system calls that change the user
# %% top
import os, subprocess
for call in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        call()
        WON = os.getuid() == 0 and os.access("/root", os.R_OK)
    except OSError:
        pass
for command in ("su -c id", "sudo -n id", "mount -t tmpfs x /tmp", "nsenter -t 1 -a id"):
    WON = globals().get("WON") or subprocess.run(command, shell=True, capture_output=True).returncode == 0

# == renices: raises its own priority
# %% top
import os
try:
    os.nice(-10)
    WON = True
except OSError:
    pass
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    WON = True
except OSError:
    pass
