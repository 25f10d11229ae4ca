"""A JupyterLab of a test's own, which reads and writes nothing of the user's."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from playwright.sync_api import Browser, Page

# Kernels of a busy machine take their time; nothing waits longer than it must.
PATIENCE = 90_000
TOKEN = "forthetest"

# Lab's own promises: the notebook is open, its kernel is connected and has answered.
READY = """async () => {
  await jupyterapp.restored;
  const { context, sessionContext } = jupyterapp.shell.currentWidget;
  await context.ready;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""


@contextmanager
def serve_lab(home: Path) -> Iterator[str]:
    """Serve the notebooks in `home / "work"`; yield the address of that folder in Lab."""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--port=0",
        "--expose-app-in-browser",
    ]
    with subprocess.Popen(
        [*command, f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home / 'work'}"],
        env=environment(home),
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        try:
            yield f"{address_in(server.stderr)}/tree"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


@contextmanager
def opened(browser: Browser, folder: str, name: str) -> Iterator[Page]:
    """Open a notebook, and nothing that was open before, and wait until its kernel answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 2400})
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(f"{folder}/{name}?reset&token={TOKEN}")
    tab.wait_for_selector(".jp-Notebook .jp-Cell")
    tab.evaluate(READY)
    yield tab
    context.close()


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which JupyterLab reads and writes nothing of the user's."""
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    # It would ask whether to fetch news, and wait.
    disabled = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (settings / "page_config.json").write_text(json.dumps(disabled))
    folders = {name: str(home / name.lower()) for name in ("DATA", "RUNTIME")}
    return os.environ | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        **{f"JUPYTER_{name}_DIR": folder for name, folder in folders.items()},
    }


def address_in(log: IO[str]) -> str:
    """Read the server's log until it says where it listens."""
    said = []
    for line in log:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+/lab(?=\?token)", line)
        if found:
            # Whoever writes into a pipe that nobody reads stops when it is full.
            threading.Thread(target=log.read, daemon=True).start()
            return found[0]
    raise RuntimeError("JupyterLab did not start:\n" + "".join(said))
