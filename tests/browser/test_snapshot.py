"""Later visits start from a snapshot of Python's memory: as good as a start, and dropped where it is not."""

import json
import time

import pytest

from .browsers import Missing, firefox
from .notebook import DIST, Notebook, stored
from .server import Server
from .test_documents import check_printed
from .tutorial import page_of

# What can be wrong with the bytes. A snapshot says in its head of which build of Pyodide it is.
SPOILT = {
    "no snapshot": "memory = new ArrayBuffer(1 << 20)",
    "another build": "new Uint8Array(memory, 16, 32).fill(1)",
    "no Python": "new Uint8Array(memory, 1 << 20).fill(0)",
    "cut": "memory = memory.slice(0, 1 << 21)",
}


@pytest.mark.parametrize("name", ["autograd", "softmax"])
def test_a_restored_python_prints_what_the_document_says(reader, name):
    notebook = Notebook(reader.page, reader.url + page_of(name))
    notebook.visit_to_the_end("snapshot")
    check_printed(notebook, name)


CHANCE = """
import json, os, random, uuid
json.dumps([random.random(), os.urandom(8).hex(), str(uuid.uuid4())])
"""


def test_chance_and_time_go_on(reader):
    """Nothing that is drawn by chance was drawn when the snapshot was taken."""
    seen = []
    for _ in range(2):
        reader.visit_to_the_end("snapshot")
        assert reader.run(1, CHANCE) == "ok"
        seen += json.loads(reader.output(1, "value").strip("'"))
        assert reader.run(2, "import time\ntime.time()") == "ok"
        assert abs(float(reader.output(2, "value")) - time.time()) < 60
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("fault", SPOILT)
def test_what_python_does_not_start_from_is_deleted(reader, fault):
    work = (
        f"let memory = await result(store.get('python:snapshot')); {SPOILT[fault]};"
        "await result(store.put(memory, 'python:snapshot'));"
    )
    stored(reader.page, work)
    reader.visit_to_the_end("ordinary")
    assert reader.run(1, "from mxnet import nd\nnd.ones((2,)).sum()") == "ok"
    assert reader.snapshot() is None
    # Nor is another one made, which would be of no more use.
    reader.visit_to_the_end("ordinary")
    assert reader.snapshot() is None


def test_a_snapshot_of_another_version_is_replaced(reader):
    old = reader.snapshot()
    stored(
        reader.page,
        "await result(store.put({ version: 'old', fate: 'kept' }, 'python:snapshot-record'));",
    )
    reader.visit_to_the_end("ordinary")
    assert reader.snapshot() not in (None, old)
    reader.visit_to_the_end("snapshot")


def test_a_visit_that_ends_too_early_costs_the_next_one_the_snapshot_only(reader):
    reader.page.route("**/runtime/*.wasm", lambda route: route.abort())
    reader.visit()
    reader.page.wait_for_selector("body[data-runtime=dead]")
    reader.page.unroute("**/runtime/*.wasm")
    reader.visit_to_the_end("ordinary")
    reader.visit_to_the_end("snapshot")


def test_firefox_starts_from_one_too():
    try:
        with Server({"/": DIST}) as server, firefox() as browser:
            notebook = Notebook(browser.new_context().new_page(), server.url)
            notebook.visit_to_the_end("ordinary")
            notebook.visit_to_the_end("snapshot")
            check_printed(notebook, "autograd")
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)
