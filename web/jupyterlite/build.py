"""Builds a JupyterLite that runs the autograd tutorial with ndgrad's WebAssembly wheel.

    python web/jupyterlite/build.py

Everything that a browser asks for lies in build/jupyterlite/site/, which any static web server can
serve: Pyodide as the playground has it, the Python packages that JupyterLite's kernel needs, at the
versions that Pyodide names, and the wheel. No CDN and no package index is asked when it is used.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
PYODIDE = REPOSITORY / "web/node_modules/pyodide"
PYODIDE_FILES = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
TUTORIALS = REPOSITORY / "web/tutorials"
FOLDER = REPOSITORY / "build/jupyterlite"
LITE = FOLDER / "lite"
SITE = FOLDER / "site"

# What JupyterLite's kernel installs when it starts, and what Pyodide has no package of.
KERNEL_NEEDS = ["micropip", "ipython", "jedi"]
NOT_PYODIDES = {"comm": "0.2.3"}
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"

Json = dict[str, Any]


def download(requirements: list[str], python: str, folder: Path) -> None:
    """Fetch wheels that run anywhere, and only those that are named."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    anywhere = ["--only-binary=:all:", "--platform=any", f"--python-version={python}"]
    subprocess.run([*command, *anywhere, f"--dest={folder}", *requirements], check=True)


def with_dependencies(names: list[str], packages: Json) -> dict[str, Json]:
    """The packages of Pyodide's lock file with these names, and all that they depend on."""
    found: dict[str, Json] = {}
    while names:
        name = names.pop().replace("_", "-")
        if name not in found:
            found[name] = packages[name]
            names += packages[name]["depends"]
    return found


def new_entry(wheel: Path) -> Json:
    """What a lock file says of a wheel that Pyodide does not know."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        about = message_from_bytes(archive.read(metadata))
    tops = {re.split(r"[/.]", name)[0] for name in names if re.search(r"^\w+(\.py|/)", name)}
    return {
        "name": about["Name"],
        "version": about["Version"],
        "depends": [],
        "imports": sorted(tops),
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def write_packages(folder: Path) -> None:
    """Bring the kernel's packages and ndgrad into ``folder``, with a lock file of just them."""
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text())
    known = with_dependencies(KERNEL_NEEDS, lock["packages"])
    versions = {name: entry["version"] for name, entry in known.items()} | NOT_PYODIDES
    download([f"{name}=={version}" for name, version in versions.items()], lock["info"]["python"], folder)
    shutil.copy(newest_wheel(), folder)
    packages = {}
    for wheel in sorted(folder.glob("*.whl")):
        name = wheel.name.partition("-")[0].replace("_", "-").lower()
        entry = known.get(name) or new_entry(wheel)
        # Pyodide's own builds of them differ from those of the package index.
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        packages[name] = entry | {"file_name": wheel.name, "sha256": digest}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": packages}))


def newest_wheel() -> Path:
    """The WebAssembly wheel that `make wasm` made last."""
    wheels = sorted((REPOSITORY / "dist").glob("ndgrad-*wasm32.whl"), key=lambda path: path.stat().st_mtime)
    if not wheels:
        sys.exit("no WebAssembly wheel of ndgrad in dist/: run make wasm")
    return wheels[-1]


def notebook(markdown: str) -> Json:
    """A tutorial as a notebook: its prose and its code; what the code prints is left to the reader's run."""
    block = re.compile(r"^```python\n(.*?)^```$(?:\n+^```\n.*?^```$)?", re.MULTILINE | re.DOTALL)
    cells = []
    for part, text in enumerate(block.split(markdown)):
        kind = "code" if part % 2 else "markdown"
        cell: Json = {"cell_type": kind, "id": f"cell-{part}", "metadata": {}, "source": text.strip()}
        cells.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    shown = [cell for cell in cells if cell["source"]]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": shown}


def write_project() -> None:
    """Lay out what `jupyter lite build` takes: Pyodide, notebooks and settings."""
    pyodide, files = LITE / "static/pyodide", LITE / "files"
    for folder in (pyodide, files):
        folder.mkdir(parents=True)
    for name in PYODIDE_FILES:
        shutil.copy(PYODIDE / name, pyodide)
    write_packages(pyodide)
    for language in ("zh", "en"):
        text = (TUTORIALS / f"autograd.{language}.md").read_text("utf-8")
        (files / f"autograd.{language}.ipynb").write_text(json.dumps(notebook(text)), "utf-8")
    settings = {KERNEL: {"disablePyPIFallback": True}}
    config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {"litePluginSettings": settings}}
    (LITE / "jupyter-lite.json").write_text(json.dumps(config))


def main() -> None:
    """Build it anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    write_project()
    command = [sys.executable, "-m", "jupyter", "lite", "build", "--apps=lab", "--apps=notebooks"]
    options = [f"--lite-dir={LITE}", f"--output-dir={SITE}", "--no-sourcemaps"]
    done = subprocess.run([*command, *options], cwd=FOLDER, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


if __name__ == "__main__":
    main()
