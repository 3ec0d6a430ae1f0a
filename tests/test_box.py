"""A kernel in a box: how its start and its end are waited for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

from convgrade.box import Box

pytestmark = pytest.mark.slow
MEMORY = 4 * 2**30


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with Box(tmp_path, MEMORY, confined=False) as made:
        yield made


@contextlib.asynccontextmanager
async def started(box: Box, manager: AsyncKernelManager) -> AsyncIterator[AsyncKernelClient]:
    """Give a client of a kernel that nobody has waited for; end the kernel."""
    await manager.start_kernel(**box.start())
    client = manager.client()
    client.start_channels()
    try:
        yield client
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def test_a_kernel_that_dies_at_its_start_is_not_waited_for(tmp_path: Path) -> None:
    async def life(box: Box) -> None:
        manager = box.manager("python3", Config())
        manager.kernel_spec.argv = [sys.executable, "-c", "pass"]
        async with started(box, manager) as client:
            with pytest.raises(RuntimeError, match="The kernel died before it answered"):
                await client.wait_for_ready(timeout=60)

    with Box(tmp_path, MEMORY, confined=False) as box:
        asyncio.run(life(box))


def test_a_kernel_that_says_nothing_is_given_up(box: Box) -> None:
    async def life() -> None:
        manager = box.manager("python3", Config())
        async with started(box, manager) as client:
            await client.wait_for_ready(timeout=60)
            client.execute("import time; time.sleep(60)")
            with pytest.raises(RuntimeError, match=r"The kernel did not answer within 1\.5 s"):
                await client.wait_for_ready(timeout=1.5)
        assert not await manager.is_alive()

    asyncio.run(life())


def test_what_a_ready_kernel_publishes_arrives(box: Box) -> None:
    """Its first output, too, and nothing from before it was ready."""

    async def life() -> list[str]:
        async with started(box, box.manager("python3", Config())) as client:
            await client.wait_for_ready(timeout=60)
            request = client.execute("print(get_ipython().history_manager.enabled)")
            said = []
            while "idle" not in said:
                message = await client.get_iopub_msg(timeout=30)
                assert message["parent_header"]["msg_id"] == request
                content = message["content"]
                said.append(content.get("execution_state") or content.get("text", ""))
            return [words for words in said if words]

    # Nobody reads the history of a kernel that grades: none is written.
    assert asyncio.run(life()) == ["busy", "False\n", "idle"]


COMMANDS: dict[str, tuple[list[str], bool]] = {
    "the usual": (["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], True),
    "by its path": ([sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], True),
    "of another environment": (
        ["/opt/other/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], False
    ),
    "of another Python": (
        ["python3.99", "-m", "ipykernel_launcher", "-f", "{connection_file}"], False
    ),
    "with options": (
        ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}", "--pylab=inline"], False
    ),
    "of another language": (["ir", "--args", "{connection_file}"], False),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_only_kernels_of_this_environment_are_sessions(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one would have other packages, and other verdicts."""
    command, session = COMMANDS[name]
    kernel = f"kernel-{list(COMMANDS).index(name)}"
    folder = tmp_path / "kernels" / kernel
    folder.mkdir(parents=True)
    spec = {"argv": command, "display_name": name, "language": "any"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with Box(None, MEMORY, confined=False, preload=["numpy"]) as box:
        assert (box.session(kernel) is not None) == session


def test_a_kernel_that_is_not_there_is_no_session() -> None:
    with Box(None, MEMORY, confined=False, preload=["numpy"]) as box:
        assert box.session("no-such-kernel") is None


def test_a_box_is_not_left_to_who_else_starts_a_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A specification may name a provisioner, which would start the kernel without the box."""
    spec: dict[str, Any] = {"argv": COMMANDS["with options"][0]}
    spec |= {"display_name": "p", "language": "python"}
    spec["metadata"] = {"kernel_provisioner": {"provisioner_name": "convgrade-fork"}}
    (tmp_path / "kernels" / "p").mkdir(parents=True)
    (tmp_path / "kernels" / "p" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with Box(None, MEMORY) as box:
        manager = box.manager("p", Config())
        assert "kernel_provisioner" not in manager.kernel_spec.metadata
        assert "confinement" in " ".join(manager.kernel_spec.argv)
