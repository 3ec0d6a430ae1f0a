"""A real browser (Debian's Chromium) and a real Jupyter server for it to look at."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

TOKEN = "for-this-test-only"


@contextlib.contextmanager
def chromium(width: int = 1280, height: int = 1000) -> Iterator[webdriver.Chrome]:
    """Yield a headless browser; skip where Chromium or its driver is missing."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no Chromium here, so no page was looked at: run .ci/packages")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (
        "--headless",
        "--no-sandbox",  # Chromium's own sandbox does not start for root
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--window-size={width},{height}",
    ):
        options.add_argument(flag)
    page = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield page
    finally:
        page.quit()


@contextlib.contextmanager
def jupyter(root: Path) -> Iterator[str]:
    """Serve JupyterLab with nbgrader's extensions from a course; yield the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.port_retries=0",
    ]
    bin_folder = str(Path(sys.executable).parent)
    env = {"PATH": f"{bin_folder}{os.pathsep}{os.defpath}", "HOME": str(root), "LANG": "C.UTF-8"}
    log = (root / "jupyter.log").open("w")
    server = subprocess.Popen(command, cwd=root, env=env, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5):
                    break
            except (urllib.error.URLError, OSError):
                assert server.poll() is None, (root / "jupyter.log").read_text()
                assert time.monotonic() < deadline, "the Jupyter server did not answer"
                time.sleep(0.2)  # between looks at a condition that has a deadline
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()
