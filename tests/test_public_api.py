"""What `import osspcap` promises: its names, and that it costs nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import osspcap

PACKAGE = Path(osspcap.__file__).parent
FORBIDDEN_IN_MODEL = {"os", "io", "pathlib", "socket", "subprocess", "shutil", "tempfile", "mmap", "logging", "sys"}
"""Modules that do input and output."""


def test_names_are_sorted_and_unique() -> None:
    assert osspcap.__all__ == sorted(set(osspcap.__all__))


@pytest.mark.parametrize("name", osspcap.__all__)
def test_every_name_can_be_imported(name: str) -> None:
    assert getattr(osspcap, name) is not None


def test_no_name_is_left_out_of_the_list() -> None:
    assert set(osspcap.__all__) == {*osspcap._HOMES, "errors"}
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    for_type_checkers = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("osspcap")
        for alias in node.names
    }
    assert for_type_checkers == set(osspcap.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = osspcap.nothing


def test_names_say_where_they_are_at_home() -> None:
    for name, home in osspcap._HOMES.items():
        assert getattr(getattr(osspcap, name), "__module__", home) == home


def test_importing_the_package_loads_none_of_its_heavy_parts() -> None:
    program = (
        "import sys, osspcap; print(sorted(n for n in sys.modules if n.startswith(('numpy', 'lxml', 'osspcap.'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", sorted((PACKAGE / "model").glob("*.py")), ids=lambda path: path.stem)
def test_the_model_does_no_input_or_output(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not FORBIDDEN_IN_MODEL & {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in FORBIDDEN_IN_MODEL
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_library_never_prints_or_exits(path: Path) -> None:
    if path.is_relative_to(PACKAGE / "cli") or path.name == "__main__.py":
        return
    forbidden = {"print", "sys.exit", "exit", "quit", "os._exit", "input"}
    if path == PACKAGE / "report" / "ahead.py":
        forbidden -= {"os._exit"}  # ends the copy that it made of the process, never the process
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in forbidden
        if isinstance(node, ast.Raise) and node.exc is not None:
            assert "SystemExit" not in ast.unparse(node.exc)
