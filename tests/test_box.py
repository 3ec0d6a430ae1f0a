"""A kernel in a box: how its start and its end are waited for."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

from convgrade.box import Box

pytestmark = pytest.mark.slow
MEMORY = 4 * 2**30


@pytest.fixture(params=[None, ["numpy"]], ids=["a Python of its own", "forked"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    with Box(tmp_path, MEMORY, confined=False, preload=request.param) as made:
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
