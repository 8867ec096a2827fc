"""What the documents say is what happens, and what is generated is fresh."""

import json
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, cwd=REPOSITORY)


def test_readme_prints_what_it_says():
    readme = (REPOSITORY / "README.md").read_text()
    code, output = re.search(r"```python\n(.*?)```\n\nprints\n\n```\n(.*?)```", readme, re.DOTALL).groups()
    done = run("-c", code)
    assert done.stderr == ""
    assert done.stdout == output


def test_stubs_are_fresh():
    done = run("core/python/tools/stubs.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_operators_table_is_fresh():
    done = run("core/python/tools/table.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_reference_has_every_operator_once(tmp_path):
    """Its examples and refusals are run as it is written."""
    done = run("core/python/tools/reference.py", str(tmp_path))
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "nd.html").read_text()
    headings = re.findall(r'<h2 id="(\w+)"', text)
    assert len(headings) == len(set(headings)) > 100
    assert {"array", "softmax", "dot", "where"} <= set(headings)
    assert "&gt;&gt;&gt; nd.softmax(a)" in text
    assert "AxisError: softmax: axis 2 is out of bounds" in text


def test_one_pyodide_is_pinned():
    page = json.loads((REPOSITORY / "web/package.json").read_text())["dependencies"]["pyodide"]
    toolchain = (REPOSITORY / "wasm/toolchain.py").read_text()
    assert re.search(rf'"pyodide": "{re.escape(page)}"', toolchain), (
        f"wasm/toolchain.py does not pin pyodide {page}"
    )


def test_links_of_the_documents_lead_somewhere():
    for document in [
        *REPOSITORY.glob("*.md"),
        *REPOSITORY.glob("core/*.md"),
        *REPOSITORY.glob("core/decisions/*.md"),
    ]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
