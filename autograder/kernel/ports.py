"""Where a kernel listens: with the ipc transport a port is a suffix of the socket's path."""

PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "hb_port": 4, "control_port": 5}
