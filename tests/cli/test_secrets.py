import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from osspcap.analysis import Options
from osspcap.cli.main import run
from osspcap.cli.secrets import MAX_SECRET_FILE_BYTES, read_secrets
from osspcap.errors import UsageError
from osspcap.model.secrets import NO_SECRETS
from osspcap.oss.facts import Context
from tests.build.analyze import exchange_capture
from tests.build.mismatch import KEY, OTHER_SECRET, SECRET, mismatch, v1_request, v1_string

OTHER_KEY = "LTAI5tAnotherKey0000001"


def written(tmp_path: Path, content: str | bytes, mode: int = 0o600) -> str:
    path = tmp_path / "secret"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return str(path)


def refused_capture(tmp_path: Path) -> str:
    same = v1_string()
    pair = (v1_request(same, secret=OTHER_SECRET), mismatch(same))
    return str(exchange_capture(pair).write(tmp_path / "x.pcap"))


@pytest.mark.parametrize("text", [SECRET, f"{SECRET}\n", f"\ufeff{SECRET}\r\n", f"  {SECRET} "])
def test_one_secret_is_for_every_key(tmp_path: Path, text: str) -> None:
    assert read_secrets(None, written(tmp_path, text)).get(KEY) == SECRET


def test_an_object_maps_keys_to_secrets_and_may_hold_notes(tmp_path: Path) -> None:
    text = json.dumps({KEY: SECRET, OTHER_KEY: OTHER_SECRET, "_note": "rotate in May"})
    secrets = read_secrets(None, written(tmp_path, text))
    assert (secrets.get(KEY), secrets.get(OTHER_KEY), secrets.get("LTAIthird")) == (SECRET, OTHER_SECRET, None)
    assert sorted(secrets) == sorted([SECRET, OTHER_SECRET])


def test_a_variable_holds_either_form() -> None:
    environment = {"ONE": SECRET, "MANY": json.dumps({KEY: SECRET})}
    assert read_secrets("ONE", None, environment).get("any") == SECRET
    assert read_secrets("MANY", None, environment).get("any") is None
    assert read_secrets(None, None, environment) is NO_SECRETS


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \n",
        f"{SECRET} {OTHER_SECRET}",
        f"{SECRET}\n{OTHER_SECRET}",
        "{" + SECRET,
        json.dumps({KEY: [SECRET]}),
        json.dumps({KEY: {"secret": SECRET}}),
        json.dumps({"_note": SECRET}),
        "{}",
        json.dumps({KEY: ""}),
        "{" * 100_000,
        b"\xff\xfe" + SECRET.encode("utf-16-le"),
        SECRET * 100,
        SECRET * (MAX_SECRET_FILE_BYTES // len(SECRET) + 1),
    ],
    ids=range(14),
)
def test_what_holds_no_secret_is_refused_without_being_told(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(UsageError) as caught:
        read_secrets(None, written(tmp_path, content))
    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert SECRET not in told
    assert OTHER_SECRET not in told


@pytest.mark.parametrize("arguments", [(SECRET, None), (None, SECRET), (None, f"{SECRET}\0"), (SECRET, SECRET)])
def test_a_secret_given_in_place_of_a_name_is_not_repeated(arguments: tuple[str | None, str | None]) -> None:
    with pytest.raises(UsageError) as caught:
        read_secrets(*arguments, {})
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


@pytest.mark.parametrize(("mode", "warns"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_file_that_everybody_can_read_is_complained_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: int, *, warns: bool
) -> None:
    path = written(tmp_path, SECRET, mode)
    assert read_secrets(None, path).get(KEY) == SECRET
    told = capsys.readouterr()
    assert ("chmod 600" in told.err) is warns
    assert SECRET not in told.err
    assert told.out == ""


def test_a_pipe_of_the_shell_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["sh", "-c", f"echo {SECRET} > {path}"]):
        assert read_secrets(None, str(path)).get(KEY) == SECRET


@pytest.mark.parametrize("output_format", ["text", "json"])
@pytest.mark.parametrize("masking", [[], ["--show-secrets"]])
def test_the_report_uses_the_secret_and_never_shows_it(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], output_format: str, masking: list[str]
) -> None:
    path = written(tmp_path, json.dumps({KEY: SECRET}))
    arguments = ["analyze", refused_capture(tmp_path), "-f", output_format, "--secret-file", path, *masking]
    assert run(arguments) == 1
    told = capfdbinary.readouterr()
    assert b"another secret than the one" in b" ".join(told.out.split())
    assert SECRET.encode() not in told.out + told.err


def test_the_environment_is_asked_by_the_program(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSS_TEST_SECRET", OTHER_SECRET)
    assert run(["analyze", refused_capture(tmp_path), "--secret-env", "OSS_TEST_SECRET"]) == 1
    assert b"but OSS holds another one" in b" ".join(capfdbinary.readouterr().out.split())


@pytest.mark.parametrize(
    "options", [["--secret-env", SECRET], ["--secret-file", SECRET], ["--secret-env", "A", "--secret-file", "B"]]
)
def test_bad_options_exit_with_2(tmp_path: Path, capfd: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert run(["analyze", refused_capture(tmp_path), *options]) == 2
    told = capfd.readouterr()
    assert "--secret-" in told.err
    assert SECRET not in told.out + told.err


def test_the_secret_file_is_not_overwritten_by_the_report(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, SECRET)
    assert run(["analyze", refused_capture(tmp_path), "--secret-file", path, "-o", path, "--force"]) == 2
    assert Path(path).read_text() == SECRET
    assert SECRET not in capfd.readouterr().err


def test_a_defect_shows_no_secret_even_with_its_traceback(tmp_path: Path) -> None:
    script = (
        "import osspcap.analysis, osspcap.cli.main as main, sys\n"
        "def broken(path, options, **kwargs): raise ValueError(f'defect with {options!r} of {path!r}')\n"
        "osspcap.analysis.analyze = broken\n"
        "sys.exit(main.run(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "analyze", refused_capture(tmp_path), "--secret-env", "OSS_TEST_SECRET"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OSS_TEST_SECRET": SECRET, "OSSPCAP_TRACEBACK": "1"},
    )
    assert done.returncode == 2
    assert "defect with" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_representations_hide_secrets() -> None:
    secrets = read_secrets("A", None, {"A": SECRET})
    assert SECRET not in f"{secrets!r} {secrets} {Options(secrets=secrets)!r} {Context(secrets=secrets)!r}"
