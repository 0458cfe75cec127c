"""Every module has its test and every test its module, by path.

`osspcap/x/y.py` is tested in `tests/x/test_y.py`. Exempt are modules without a single function: tables, enumerations
and plain records have no behaviour of their own. Tests at the top level may be about the whole program; `build`,
`golden` and `bench` hold what tests are made of.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_MIRRORED = {"build", "golden", "bench"}


def has_behaviour(path: Path) -> bool:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return path.name != "__init__.py" and any(isinstance(node, functions) for node in ast.walk(_tree(path)))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def path_of_test(module: Path) -> Path:
    folder = ROOT / "tests" / module.relative_to(ROOT / "osspcap").parent
    return folder / f"test_{module.stem.strip('_')}.py"


def test_every_module_with_behaviour_has_its_test() -> None:
    modules = sorted((ROOT / "osspcap").rglob("*.py"))
    lacking = [module for module in modules if has_behaviour(module) and not path_of_test(module).exists()]
    assert [str(path_of_test(module).relative_to(ROOT)) for module in lacking] == []


def test_every_test_below_the_top_level_has_its_module() -> None:
    known = {path_of_test(module) for module in (ROOT / "osspcap").rglob("*.py")}
    tests = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if path.parent != ROOT / "tests"]
    strays = [path for path in tests if path not in known and path.relative_to(ROOT).parts[1] not in NOT_MIRRORED]
    assert [str(path.relative_to(ROOT)) for path in strays] == []


def test_every_test_holds_a_test() -> None:
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    empty = [path for path in tests if not any(_is_test(node) for node in ast.walk(_tree(path)))]
    assert [str(path.relative_to(ROOT)) for path in empty] == []


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
