"""Disassembles the built module and checks that every kernel family computes with SIMD.

    python wasm/check_simd.py dist/ndgrad-...-wasm32.whl

A compiler vectorizes silently or not at all; this is what notices when it stops doing so.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import toolchain

MODULE = "ndgrad/_core.abi3.so"
RELAXED_MODULE = "ndgrad/relaxed.wasm"  # for engines that have relaxed SIMD
# Each kernel family: what its kernels' names match in full, and the share of them that must compute
# with SIMD. A kernel belongs to the first family that fits it.
FAMILIES = {
    "gradients": (r"nd_map_\w+_grad(_[ab])?_f(32|64)", 0.9),
    "elementwise, float": (r"nd_map_\w+_f(32|64)", 0.9),
    "elementwise, integer": (r"nd_map_\w+_[iu](8|32|64)", 0.5),
    "reductions": (r"nd_reduce_\w+", 0.5),
    "rows": (r"nd_(log_)?(softmax|normalize)_\w+", 0.9),
    "matrix products": (r"nd_gemm_\w+", 0.9),
}
FUNCTION = re.compile(r"^ \(func \$(\S+)", re.MULTILINE)
VECTOR_FUNCTION = re.compile(r"\(call \$(nd_v\w+)")
# Arithmetic and comparisons on lanes; moving lanes about (load, splat, shuffle ...) is not enough.
ARITHMETIC = re.compile(
    r"\((?:f32x4|f64x2|i8x16|i16x8|i32x4|i64x2)\.(?:relaxed_)?"
    r"(?:add|sub|mul|div|neg|abs|sqrt|madd|nmadd|p?min|p?max|ceil|floor|trunc|nearest|dot|extmul|"
    r"extadd|eq|ne|lt|gt|le|ge|shl|shr|convert|demote|promote)"
)


def disassemble(wheel: Path, name: str) -> str:
    """The text of one of the wheel's modules."""
    with tempfile.TemporaryDirectory() as folder:
        module = zipfile.ZipFile(wheel).extract(name, folder)
        program = toolchain.ROOT / "usr/bin/wasm-dis"
        return subprocess.check_output([program, "--all-features", module], text=True)


def functions_of(text: str) -> dict[str, str]:
    """The text of each function of a module, by its name."""
    _, *parts = FUNCTION.split(text)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def with_called(text: str, functions: dict[str, str]) -> str:
    """A kernel's text, and that of the functions on vectors that it calls instead of containing them."""
    return text + "".join(functions.get(name, "") for name in set(VECTOR_FUNCTION.findall(text)))


def family_of(name: str) -> str | None:
    """Find the family that a function belongs to, if it is a kernel."""
    fitting = (family for family, (names, _) in FAMILIES.items() if re.fullmatch(names, name))
    return next(fitting, None)


def report(family: str, functions: dict[str, str]) -> bool:
    """Print a family's line, and return whether enough of it computes with SIMD."""
    counts = {name: len(ARITHMETIC.findall(text)) for name, text in functions.items()}
    scalar = sorted(name for name, count in counts.items() if count == 0)
    vector = len(counts) - len(scalar)
    _, share = FAMILIES[family]
    passed = vector > 0 and vector >= share * len(counts)
    print(
        f"SIMD check: {family}: {vector} of {len(counts)} kernels compute with SIMD "
        f"({sum(counts.values())} instructions): {'passed' if passed else 'FAILED'}"
    )
    if scalar and not passed:
        print("SIMD check: without any:", ", ".join(scalar))
    return passed


def check(wheel: Path) -> None:
    """Report on every family and stop if one falls short."""
    functions = functions_of(disassemble(wheel, MODULE))
    results = []
    for family in FAMILIES:
        members = {
            name: with_called(text, functions)
            for name, text in functions.items()
            if family_of(name) == family
        }
        results.append(report(family, members))
    fused = disassemble(wheel, RELAXED_MODULE).count("f32x4.relaxed_madd")
    print(f"SIMD check: relaxed kernels: {fused} fused multiply-adds")
    if not (fused and all(results)):
        sys.exit("SIMD check: a kernel family is missing or has lost its SIMD (is -msimd128 set?).")


if __name__ == "__main__":
    check(Path(sys.argv[1]))
