"""Whatever a cell does to Python, the next Run works, at once where a spare is warm."""

import time

import pytest

from .notebook import DIST, Notebook
from .server import Server

# The headers with which a browser lets a page share memory with its workers.
ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
RECOVERY = 1.0


def recovery(notebook, number=2):
    """Seconds from the next Run to its end."""
    begin = time.perf_counter()
    assert notebook.run(number, "from mxnet import nd\nnd.ones((2,)).sum()") == "ok"
    return time.perf_counter() - begin


# A cell, the state in which it ends, and part of what it shows.
FAULTS = {
    "infinite loop": ("while True: pass", "stopped", ""),
    "loop under record": (
        "from mxnet import autograd, nd\nx = nd.ones((1 << 20,))\nx.attach_grad()\n"
        "with autograd.record():\n    while True: x = x * 2",
        "stopped",
        "",
    ),
    "memory": ("kept = [bytearray(1 << 28) for _ in range(8)]", "failed", "MemoryError"),
    "deep recursion": ("def f(n): return f(n + 1)\nf(0)", "failed", "RecursionError"),
    "deeper than the stack": (
        "import sys\nsys.setrecursionlimit(10**8)\nclass A:\n"
        "    def __repr__(self): return repr([self])\nrepr(A())",
        "dead failed",
        "",
    ),
    "os._exit": ("import os\nos._exit(3)", "dead", ""),
    "abort": ("import os\nos.abort()", "dead", ""),
    "worker that ends itself": ("import js\njs.self.close()\nwhile True: pass", "stopped", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_run_works_within_a_second(fresh, figures, fault):
    code, states, shown = FAULTS[fault]
    fresh.wait_spare()
    if "stopped" in states:
        fresh.start(1, code)
        fresh.wait_state(1, "running")
        fresh.page.wait_for_timeout(200)
        fresh.page.click("#stop")
        fresh.wait_state(1, *states.split())
    else:
        assert fresh.run(1, code) in states.split()
    assert shown in fresh.output(1)
    seconds = recovery(fresh)
    figures.append(f"after {fault}: the next Run ended {seconds * 1000:.0f} ms after it was asked for")
    assert seconds < RECOVERY
    assert fresh.code(1) == code


# It ends, and what it leaves behind never gives Python back.
LEFT_BEHIND = """import js
from pyodide.ffi import create_once_callable
def hang():
    while True: pass
js.setTimeout(create_once_callable(hang), 200)"""


def test_a_python_that_hangs_between_cells_is_replaced(fresh):
    fresh.wait_spare()
    assert fresh.run(1, LEFT_BEHIND) == "ok"
    fresh.page.wait_for_timeout(400)
    assert fresh.run(2, "1 + 1") == "dead"
    assert recovery(fresh) < RECOVERY


def test_files_that_did_not_come_are_asked_for_again(opened):
    page = opened.page
    page.route("**/pyodide.asm.wasm", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("body[data-runtime=dead]")
    assert page.locator("iframe").count() == 0
    page.unroute("**/pyodide.asm.wasm")
    assert opened.run(1, "1 + 1") == "ok"
    assert page.locator("iframe").count() == 1


def test_two_hundred_restarts_leave_one_python_and_one_spare(fresh):
    page = fresh.page
    page.evaluate(
        """async () => {
            for (let i = 0; i < 200; i += 1) {
                document.querySelector('#restart').click();
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    fresh.wait_ready()
    fresh.wait_settled()
    assert len(page.workers) == 2
    assert page.locator("iframe").count() == 1


def test_stop_by_interrupt_keeps_the_variables(browser, figures):
    """Where the server's headers allow shared memory, Python itself is told to stop."""
    with Server({"/": DIST}, ISOLATION) as server:
        context = browser.new_context(locale="zh-CN")
        notebook = Notebook(context.new_page(), server.url)
        notebook.open()
        notebook.wait_settled()
        assert notebook.page.evaluate("crossOriginIsolated")
        notebook.run(1, "kept = 'kept'")
        times = []
        for _ in range(5):
            notebook.start(2, "while True: pass")
            notebook.wait_state(2, "running")
            notebook.page.wait_for_timeout(100)
            begin = time.perf_counter()
            notebook.page.click("#stop")
            notebook.wait_state(2, "interrupted")
            times.append(time.perf_counter() - begin)
            assert "KeyboardInterrupt" in notebook.output(2, "error")
        assert notebook.run(3, "kept") == "ok"
        figures.append(f"Stop by interrupt: {sorted(times)[2] * 1000:.0f} ms, click and page included")
        notebook.start(2, "while True:\n    try:\n        while True: pass\n    except BaseException: pass")
        notebook.wait_state(2, "running")
        notebook.page.click("#stop")
        notebook.wait_state(2, "stopped", timeout=3000)
        assert notebook.run(3, "1 + 1") == "ok"
        context.close()


def test_stop_by_ending_the_worker(fresh, figures):
    fresh.wait_spare()
    fresh.start(1, "while True: pass")
    fresh.wait_state(1, "running")
    begin = time.perf_counter()
    fresh.page.click("#stop")
    fresh.wait_state(1, "stopped")
    figures.append(f"Stop by ending the worker: {(time.perf_counter() - begin) * 1000:.0f} ms")
