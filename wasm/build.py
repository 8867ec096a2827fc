"""Builds the WebAssembly wheel into dist/ and checks it: what `make wasm` runs.

The one wheel holds an abi3 module, so it serves every Pyodide of Python 3.11 or later.
"""

import subprocess
import sys
from pathlib import Path

import check_simd
import toolchain

REPOSITORY = Path(__file__).resolve().parent.parent
DIST = REPOSITORY / "dist"
# What pip and micropip look for in Pyodide 0.29 (2025_0) and 314 (2026_0).
PLATFORMS = ["pyemscripten_2025_0_wasm32", "pyemscripten_2026_0_wasm32"]
WHEELS = "ndgrad-*_wasm32.whl"
SIZE_BUDGET = 400 * 1024
# pyodide-build's own flags end in -Oz, which would undo the vectorization: CMakeLists.txt says how to
# compile. --profiling-funcs keeps the names of functions, for the SIMD check and for stack traces.
FLAGS = {
    "SIDE_MODULE_CFLAGS": "",
    "SIDE_MODULE_LDFLAGS": "-sSIDE_MODULE=1 -sWASM_BIGINT -O3 --profiling-funcs",
}


def step(*command: object) -> None:
    """Run a command of the toolchain with its output shown; stop where it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, env=toolchain.environment() | FLAGS, cwd=REPOSITORY)
    if done.returncode:
        sys.exit(f"wasm build: '{' '.join(words[:2])}' failed, as said above.")


def build_wheel() -> Path:
    """Build without isolation, so that the pinned tools are used and no network is needed."""
    for old in DIST.glob(WHEELS):
        old.unlink()
    settings = ["-C", "build-dir=build/wasm", "-C", "install.strip=false"]
    step("pyodide", "build", REPOSITORY, "-o", DIST, "--no-isolation", *settings)
    platforms = ["--platform-tag", ".".join(PLATFORMS)]
    step("python", "-m", "wheel", "tags", "--remove", *platforms, *DIST.glob(WHEELS))
    [wheel] = DIST.glob(WHEELS)
    return wheel


def press(wheel: Path) -> None:
    """Deflate its files anew by Zopfli's search, which makes them a twentieth smaller."""
    step(toolchain.ROOT / "usr/bin/advzip", "--recompress", "--shrink-insane", "--quiet", wheel)


def check_size(wheel: Path) -> None:
    """Stop if the wheel is over its budget."""
    size = wheel.stat().st_size
    print(f"wasm build: {wheel.name} has {size:,} of at most {SIZE_BUDGET:,} bytes")
    if size > SIZE_BUDGET:
        sys.exit("wasm build: the wheel is over its size budget.")


def main() -> None:
    """Build and check."""
    try:
        toolchain.prepare()
    except toolchain.Missing as missing:
        sys.exit(f"wasm toolchain: {missing}")
    wheel = build_wheel()
    press(wheel)
    check_size(wheel)
    check_simd.check(wheel)


if __name__ == "__main__":
    main()
