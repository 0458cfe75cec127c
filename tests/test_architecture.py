"""Which module may import which: the layers of the package, and where third-party packages are at home."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "osspcap").rglob("*.py"))

LAYERS: tuple[tuple[frozenset[str], ...], ...] = (
    (frozenset({"__main__"}),),
    (frozenset({"cli"}),),
    (frozenset({"scan"}), frozenset({"bundle"})),
    (frozenset({"analysis", "collect", "compare", "dissect", "spool", "trace"}), frozenset({"report"})),
    (frozenset({"rules"}),),
    (frozenset({"network"}),),  # judges by name and answer whether a connection was meant for OSS
    tuple(frozenset({name}) for name in ("capture", "tcp", "tls", "http1", "h2", "oss", "media")),
    (frozenset({"content"}),),
    (frozenset({"model"}),),
    tuple(frozenset({name}) for name in ("errors", "units", "_version")),
)
"""Highest first. A part imports itself and what stands below it, never what stands beside it."""

PARTS = frozenset().union(*(names for beside in LAYERS for names in beside))

HOMES = {
    # Besides packets, the last check: it looks thousands of secrets up in a report of any size, a nanosecond a byte.
    "numpy": ("osspcap.capture", "osspcap.tcp", "osspcap.model", "osspcap.report.lastcheck"),
    "dpkt": ("osspcap.capture", "osspcap.tcp", "osspcap.model"),
    "zstandard": ("osspcap.capture",),  # compressed captures
    "lxml": ("osspcap.oss",),
    "multipart": ("osspcap.oss",),  # forms (PostObject)
    "PIL": ("osspcap.media.images",),  # decodes pictures that OSS calls damaged; an extra
    "cryptography": ("osspcap.tls", "osspcap.oss"),  # decryption; signatures of callbacks
    "hyperframe": ("osspcap.h2",),  # HTTP/2 frames
    "hpack": ("osspcap.h2",),  # HTTP/2 header compression
    "dns": ("osspcap.network",),  # dnspython: DNS messages of the capture
    "brotli": ("osspcap.content",),  # Content-Encoding: br
    "msgspec": ("osspcap.model.record",),  # classes and instances of records: a quarter of the start, a tenth of a run
    "fastcrc": ("osspcap.content", "osspcap.http1"),  # CRC-64 of bodies as they pass
    "click": ("osspcap.cli",),
    # The text report and the parts that it is laid out from.
    "rich": (
        "osspcap.cli",
        "osspcap.report.text",
        "osspcap.report.tables",
        "osspcap.report.rulepages",
        "osspcap.report.comparisontext",
        "osspcap.report.diffview",
    ),
    "jinja2": ("osspcap.report",),
    "fsspec": ("osspcap.scan.remote",),  # extra: captures behind URLs
    "distributed": ("osspcap.scan.daskengine",),  # extra: a cluster in the place of processes
    "watchfiles": ("osspcap.scan.follow",),  # extra: the system's own notice of new files
    "pyarrow": ("osspcap.scan.tables",),  # extra: Parquet
    "markupsafe": ("osspcap.report.page",),  # jinja2's own type of text that is escaped already
}
"""Third-party package to the modules that may import it; any other is refused (scapy for its licence)."""

OPEN_TO_ALL = {"_version", "__version__"}
"""Names with an underscore that are no secret."""

FOR_RULES = ("osspcap.rules.base", "osspcap.rules.refusing", "osspcap.rules.retries", "osspcap.rules.wording")
"""What a rule may import of the rules package; besides, shared modules (`_name`) of its own family."""


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for every import, wherever it stands; relative imports begin with a dot."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def place(module: str) -> tuple[int, frozenset[str]]:
    part = module.split(".")[1]
    for level, beside in enumerate(LAYERS):
        for names in beside:
            if part in names:
                return level, names
    raise AssertionError(f"{module}: no layer holds osspcap.{part}; give it one in LAYERS")


def breaches(module: str, text: str) -> Iterator[str]:
    for target, name in imports_of(text):
        if target.startswith("."):
            yield f"{module} imports {target}{name} relatively"
            continue
        top = target.split(".")[0]
        if top == "osspcap":
            named_part = target == "osspcap" and name in PARTS
            yield from _inner_breaches(module, f"osspcap.{name}" if named_part else target, name)
        elif top not in sys.stdlib_module_names and not module.startswith(HOMES.get(top, ("no home",))):
            yield f"{module} imports {top}, which is not at home there"


def _inner_breaches(module: str, target: str, name: str) -> Iterator[str]:
    if module == "osspcap":
        return  # the facade names everything and is imported by nothing
    if target == "osspcap":
        yield f"{module} imports the facade"
        return
    (level, beside), (target_level, target_beside) = place(module), place(target)
    if target_level < level or (target_level == level and target_beside != beside):
        yield f"{module} imports {target}, which is not below it"
    private = [part for part in (*target.split("."), name) if part.startswith("_") and part not in OPEN_TO_ALL]
    if private and module.rpartition(".")[0] != target.rpartition("._")[0]:
        yield f"{module} imports {private[-1]}, which is private to {target}"
    is_rule = module.startswith("osspcap.rules.") and module.count(".") == 3
    if is_rule and target.startswith("osspcap.rules") and target not in FOR_RULES and not private:
        yield f"{module} imports {target}: rules do not import rules"


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_follow_the_layers(path: Path) -> None:
    assert list(breaches(module_name(path), path.read_text())) == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=module_name)
def test_a_packages_init_is_a_docstring(path: Path) -> None:
    if path.parent.name != "osspcap":
        body = ast.parse(path.read_text()).body
        assert [type(node) for node in body] == [ast.Expr], f"{path}: only a docstring"


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("osspcap.tcp.flows", "from osspcap.capture.reader import x"),
        ("osspcap.tcp.flows", "from osspcap.rules.base import x"),
        ("osspcap.model.seen", "import osspcap.oss.limits"),
        ("osspcap.report.view", "from osspcap.analysis import analyze"),
        ("osspcap.dissect", "def f():\n    from osspcap.report import view"),
        ("osspcap.units", "from osspcap.errors import OsspcapError"),
        ("osspcap.cli.main", "import osspcap"),
        ("osspcap.cli.main", "from osspcap import analyze"),
        ("osspcap.tcp.flows", "from .rows import x"),
        ("osspcap.tcp.flows", "from osspcap.tcp.rows import _x"),
        ("osspcap.oss.operation", "from osspcap.oss.signing._shared import x"),
        ("osspcap.rules.request.a", "from osspcap.rules.request.b import B"),
        ("osspcap.rules.request.a", "from osspcap.rules.registry import all_rules"),
        ("osspcap.http1.reader", "import numpy as np"),
        ("osspcap.report.html", "from rich.text import Text"),
        ("osspcap.capture.link", "import scapy.all"),
    ],
)
def test_a_forbidden_import_is_noticed(module: str, line: str) -> None:
    assert len(set(breaches(module, line))) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("osspcap.analysis", "from osspcap.dissect import x"),
        ("osspcap.dissect", "from osspcap.analysis import x"),
        ("osspcap.rules.clock.a", "from osspcap.oss.limits import x"),
        ("osspcap.rules.clock.a", "from osspcap.rules.clock._shared import x"),
        ("osspcap.rules.registry", "import osspcap.rules"),
        ("osspcap.cli.main", "from osspcap._version import __version__"),
        ("osspcap.tcp.flows", "from __future__ import annotations\nimport os.path\nimport numpy as np"),
    ],
)
def test_an_allowed_import_is_let_pass(module: str, line: str) -> None:
    assert list(breaches(module, line)) == []
