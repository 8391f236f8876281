"""The command line: what it prints, where, and how it exits."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mdbgen import __version__
from mdbgen.cli import main
from mdbgen.disk.lock import digest

QUICK_START = '{"slug":"my_app","websockets":{"realtime":{"path":"/ws"}}}'
TWO_ENDPOINTS = '{"slug":"my_app","websockets":{"chat":{"path":"/chat"},"realtime":{"path":"/ws"}}}'
WRONG = '{"slug":"my_app","websockets":{"realtime":{"path":"ws"}}}'
GENERATE = ("generate", "manifest.json", "-o", "app/ws/")
CHECK = ("check", "manifest.json", "-o", "app/ws/")
REPAIR = "mdbgen generate manifest.json -o app/ws/"


@dataclass(frozen=True)
class Run:
    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


class Shell:
    """Runs ``main()`` in this process."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = patch, capture

    def __call__(self, *arguments: str) -> Run:
        self._patch.setattr(sys, "argv", ["mdbgen", *arguments])
        self._patch.setenv("PYDANTIC_DISABLE_PLUGINS", "__all__")  # main() sets it for good
        with pytest.raises(SystemExit) as caught:
            main()
        gc.unfreeze()
        captured = self._capture.readouterr()
        assert isinstance(caught.value.code, int)
        return Run(caught.value.code, captured.out, captured.err)


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    (folder / "manifest.json").write_text(QUICK_START)
    command = [sys.executable, "-m", "mdbgen", *GENERATE]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """An empty folder with the quick-start manifest."""
    (tmp_path / "manifest.json").write_text(QUICK_START)
    monkeypatch.chdir(tmp_path)
    return Shell(monkeypatch, capsys)


@pytest.fixture
def ws(shell: Shell, generated: Path) -> Path:
    """The package of the quick-start manifest in the shell's folder."""
    shutil.copytree(generated / "app", "app")
    return Path("app/ws")


def snapshot(folder: str = ".") -> dict[str, tuple[int, bytes]]:
    files = sorted(each for each in Path(folder).rglob("*") if each.is_file())
    return {str(each): (each.stat().st_mtime_ns, each.read_bytes()) for each in files}


# generate


def test_generate_prints_a_line_per_file_and_the_lock_last(shell: Shell) -> None:
    first = shell(*GENERATE)
    assert (first.code, first.stderr) == (0, "")
    assert "create    app/ws/router.py" in first.lines
    assert first.lines[-1] == "create    app/ws/mdbgen.lock"
    files = {line.split()[1] for line in first.lines}
    assert files == {each.as_posix() for each in Path("app/ws").rglob("*") if each.is_file()}
    second = shell(*GENERATE)
    assert {line.split()[0] for line in second.lines} == {"unchanged", "keep"}
    assert "keep      app/ws/handlers/realtime.py" in second.lines


def test_generate_follows_the_manifest(shell: Shell, ws: Path) -> None:
    Path("manifest.json").write_text(TWO_ENDPOINTS)
    run = shell(*GENERATE)
    assert run.code == 0
    assert "create    app/ws/handlers/chat.py" in run.lines
    assert "update    app/ws/router.py" in run.lines
    assert "unchanged app/ws/runtime/manager.py" in run.lines
    assert shell(*CHECK) == Run(0, "app/ws/ is up to date\n", "")


def test_dry_run_prints_the_same_and_writes_nothing(shell: Shell, ws: Path) -> None:
    Path("manifest.json").write_text(TWO_ENDPOINTS)
    before = snapshot()
    dry = shell(*GENERATE, "--dry-run")
    assert snapshot() == before
    assert dry == shell(*GENERATE)


def test_diff_writes_nothing_and_is_the_whole_change(shell: Shell, ws: Path) -> None:
    Path("manifest.json").write_text(TWO_ENDPOINTS)
    before = snapshot()
    run = shell(*GENERATE, "--diff")
    assert snapshot() == before
    assert run.code == 0
    assert "--- /dev/null\n+++ b/app/ws/handlers/chat.py\n@@ -0,0 +1," in run.stdout
    assert "--- a/app/ws/router.py\n+++ b/app/ws/router.py\n" in run.stdout
    both = shell(*GENERATE, "--diff", "--dry-run")
    assert both.stdout == shell(*GENERATE, "--dry-run").stdout + run.stdout


def test_conflicts_stop_everything_until_forced(shell: Shell, ws: Path) -> None:
    (ws / "compat.py").write_text("mine = 1\n")
    (ws / "router.py").write_text("mine = 2\n")
    Path("manifest.json").write_text(TWO_ENDPOINTS)
    before = snapshot()
    refused = shell(*GENERATE)
    assert (refused.code, refused.stdout) == (2, "")
    assert [line[: line.index(";")] for line in refused.stderr.splitlines()] == [
        "app/ws/compat.py: MDB301 edited by hand or reformatted since mdbgen wrote it",
        "app/ws/router.py: MDB301 edited by hand or reformatted since mdbgen wrote it",
    ]
    assert shell(*GENERATE, "--diff").code == shell(*GENERATE, "--dry-run").code == 2
    assert snapshot() == before
    assert shell(*GENERATE, "--force").code == 0
    assert shell(*CHECK).code == 0


def test_generate_as_json(shell: Shell, ws: Path) -> None:
    (ws / "router.py").unlink()
    with_diff = shell(*GENERATE, "--format", "json", "--diff").json
    document = shell(*GENERATE, "--format", "json").json
    assert {"action": "create", "file": "app/ws/router.py"} in document["files"]
    assert document["warnings"] == []
    (router,) = (each for each in with_diff["files"] if each["file"] == "app/ws/router.py")
    assert router["diff"].startswith("diff --git a/app/ws/router.py b/app/ws/router.py\n")


# check


def test_check_of_a_missing_folder_is_drift(shell: Shell) -> None:
    run = shell(*CHECK)
    assert run.code == 1
    assert "missing app/ws/router.py" in run.lines
    assert "missing app/ws/mdbgen.lock" in run.lines
    assert run.lines[-1] == REPAIR
    assert "@@" not in run.stdout  # the whole package says no more than its names
    assert not Path("app").exists()


def test_check_names_every_kind_of_drift_and_the_repair(shell: Shell, ws: Path) -> None:
    Path("manifest.json").write_text(TWO_ENDPOINTS)
    lock = json.loads((ws / "mdbgen.lock").read_text())
    lock["files"]["former.py"] = digest("former = 1\n")
    (ws / "mdbgen.lock").write_text(json.dumps(lock))
    (ws / "former.py").write_text("former = 1\n")
    (ws / "compat.py").unlink()
    before = snapshot()
    run = shell(*CHECK)
    assert snapshot() == before
    assert run.code == 1
    created = (
        "missing app/ws/compat.py\ndiff --git a/app/ws/compat.py b/app/ws/compat.py\nnew file "
    )
    assert created in run.stdout
    assert "\nstale app/ws/former.py\ndiff --git a/app/ws/former.py b/app/ws/for" in run.stdout
    assert "-former = 1" in run.lines
    assert "\nchanged app/ws/router.py\ndiff --git a/app/ws/router.py b/app/ws/rou" in run.stdout
    assert run.lines[-1] == REPAIR
    assert shell(*GENERATE).code == 0
    assert not (ws / "former.py").exists()
    assert shell(*CHECK).code == 0


def test_check_prints_the_stub_of_a_missing_handler_ready_to_paste(shell: Shell, ws: Path) -> None:
    stub = (ws / "handlers/realtime.py").read_text()
    (ws / "handlers/realtime.py").unlink()
    run = shell(*CHECK)
    assert run.stdout == f"missing handler app/ws/handlers/realtime.py\n{stub}\n{REPAIR}\n"


def test_check_of_an_edited_file_says_that_repair_needs_force(shell: Shell, ws: Path) -> None:
    with (ws / "router.py").open("a") as stream:
        stream.write("mine = 1\n")
    run = shell(*CHECK)
    assert run.code == 1
    assert run.lines[0] == "edited by hand app/ws/router.py"
    assert "-mine = 1" in run.lines
    assert run.lines[-1] == f"{REPAIR} --force"


def test_the_repair_is_quoted_for_a_shell(shell: Shell) -> None:
    Path("my manifest.json").write_text(QUICK_START)
    run = shell("check", "my manifest.json", "-o", "it's/ws")
    assert run.lines[-1] == """mdbgen generate 'my manifest.json' -o 'it'"'"'s/ws'"""


def test_check_as_json(shell: Shell, ws: Path) -> None:
    assert shell(*CHECK, "--format", "json").json == {"drift": [], "command": None, "warnings": []}
    (ws / "router.py").unlink()
    run = shell(*CHECK, "--format", "json")
    (drift,) = run.json["drift"]
    assert (run.code, run.stderr, run.json["command"]) == (1, "", REPAIR)
    assert (drift["kind"], drift["file"]) == ("missing", "app/ws/router.py")
    assert "+++ b/app/ws/router.py\n" in drift["diff"]


def test_check_for_pull_requests(shell: Shell, ws: Path) -> None:
    (ws / "router.py").write_text("::error::mine\n")
    run = shell(*CHECK, "--format", "github")
    assert run == Run(
        1,
        "::error file=app/ws/router.py,title=mdbgen check::edited by hand; "
        f"to repair it run: {REPAIR} --force\n{REPAIR} --force\n",
        "",
    )


def test_check_warns_of_handlers_that_nobody_uses(shell: Shell, ws: Path) -> None:
    (ws / "handlers/old.py").write_text("from ..contract import (\n    OldContract,\n)\n")
    (ws / "handlers/helpers.py").write_text("from ..contract import RealtimeContract as Base\n")
    run = shell(*CHECK)
    assert (run.code, run.stdout) == (0, "app/ws/ is up to date\n")
    assert run.stderr == (
        "app/ws/handlers/old.py: warning: MDB307 no endpoint has OldContract any more; "
        "the file is yours: adapt it or delete it\n"
    )


# Errors


@pytest.mark.parametrize("command", [GENERATE, CHECK])
def test_a_wrong_manifest_is_an_error_in_every_format(
    shell: Shell, ws: Path, command: tuple[str, ...]
) -> None:
    Path("manifest.json").write_text(WRONG)
    before = snapshot()
    text = shell(*command)
    assert (text.code, text.stdout) == (2, "")
    assert text.stderr.startswith("manifest.json:1:51: MDB")
    as_json = shell(*command, "--format", "json")
    (error,) = as_json.json["errors"]
    assert (as_json.code, as_json.stderr) == (2, "")
    assert list(error) == ["file", "line", "column", "code", "path", "message"]
    github = shell(*command, "--format", "github")
    assert (github.code, github.stderr) == (2, "")
    assert github.stdout.startswith("::error file=manifest.json,line=1,col=51,title=MDB")
    assert snapshot() == before


def test_an_unreadable_lock_is_an_error_that_names_it(shell: Shell, ws: Path) -> None:
    (ws / "mdbgen.lock").write_text("<<<<<<< HEAD\n")
    for command in (GENERATE, CHECK, (*GENERATE, "--force")):
        run = shell(*command)
        assert (run.code, run.stdout) == (2, "")
        assert run.stderr.startswith("app/ws/mdbgen.lock: MDB303 the lock is unreadable: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("manifest.json",), "the output folder is missing; write: mdbgen {} manifest.json -o"),
        (("-o", "app/ws"), "the manifest is missing; write: mdbgen {} manifest.json -o"),
        (("manifest.json", "-o", ""), "the output folder is missing"),
        (("my m.json",), "the output folder is missing; write: mdbgen {} 'my m.json' -o app/ws/"),
        (("-o", "my ws"), "the manifest is missing; write: mdbgen {} manifest.json -o 'my ws'"),
    ],
)
@pytest.mark.parametrize("command", ["generate", "check"])
def test_half_a_command_line_is_an_error(
    shell: Shell, command: str, arguments: tuple[str, ...], message: str
) -> None:
    run = shell(command, *arguments)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith(f"mdbgen: MDB407 {message.format(command)}")


def test_usage_errors_keep_to_the_format(shell: Shell) -> None:
    text = shell("check", "--no-such-option")
    assert (text.code, text.stdout) == (2, "")
    assert "No such option: --no-such-option" in text.stderr
    for spelled in (["--format", "json"], ["--format=json"]):
        run = shell("check", "--no-such-option", *spelled)
        assert (run.code, run.stderr) == (2, "")
        assert "--no-such-option" in run.json["errors"][0]["message"]


# Several apps


PROJECT = """\
[[tool.mdbgen.app]]
manifest = "manifest.json"
output = "app/ws"

[[tool.mdbgen.app]]
manifest = "admin.json"
output = "admin/ws"
"""


@pytest.fixture
def project(shell: Shell) -> Shell:
    Path("pyproject.toml").write_text(PROJECT)
    Path("admin.json").write_text(TWO_ENDPOINTS)
    return shell


def test_without_arguments_all_apps_of_the_project_are_meant(
    project: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    assert "create    ../admin/ws/handlers/chat.py" in project("generate").lines
    assert project("check") == Run(0, "2 apps are up to date\n", "")
    Path("../admin/ws/router.py").write_text("mine = 1\n")
    run = project("check")
    summary = "2 apps: 1 up to date, 1 with drift"
    assert (run.code, run.lines[-2:]) == (1, [summary, "mdbgen generate --force"])
    assert run.lines[0] == "edited by hand ../admin/ws/router.py"


def test_generate_sums_up_what_it_did_to_all_apps(project: Shell) -> None:
    assert project("generate").lines[-1] == "2 apps: 2 with changes"
    Path("app/ws/router.py").unlink()
    assert project("generate", "--dry-run").lines[-1] == "2 apps: 1 with changes, 1 unchanged"
    assert project("generate", "--diff").lines[-1].startswith("+")
    assert "2 apps" not in project("generate", "--format", "json").stdout
    assert project("generate").code == 0
    assert project("generate").lines[-1] == "2 apps: 2 unchanged"


def test_one_bad_app_keeps_all_others_from_being_written(project: Shell) -> None:
    Path("admin.json").write_text(WRONG)
    run = project("generate")
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith("admin.json:1:51: MDB")
    assert not Path("app").exists()
    Path("admin.json").write_text(QUICK_START)
    Path("admin/ws").mkdir(parents=True)
    Path("admin/ws/router.py").write_text("mine = 1\n")
    assert project("generate").code == 2
    assert not Path("app").exists()


def test_check_judges_the_good_apps_beside_a_broken_one(project: Shell) -> None:
    assert project("generate").code == 0
    Path("admin.json").write_text(WRONG)
    clean = project("check")
    assert (clean.code, clean.stdout) == (2, "2 apps: 1 up to date, 1 with errors\n")
    assert clean.stderr.startswith("admin.json:1:51: MDB")

    Path("app/ws/router.py").unlink()
    text = project("check")
    assert (text.code, text.stderr) == (2, clean.stderr)
    assert text.lines[0] == "missing app/ws/router.py"
    assert text.lines[-3:] == [
        "",
        "2 apps: 1 with drift, 1 with errors",
        "mdbgen generate manifest.json -o app/ws",  # for all apps it would write nothing
    ]
    document = project("check", "--format", "json").json
    assert [each["file"] for each in document["drift"]] == ["app/ws/router.py"]
    assert document["command"] == text.lines[-1]
    assert [each["file"] for each in document["errors"]] == ["admin.json"]
    github = project("check", "--format", "github")
    assert (github.code, github.stderr) == (2, "")
    assert github.lines[0].startswith("::error file=admin.json,line=1,")
    assert github.lines[1].startswith("::error file=app/ws/router.py,title=mdbgen check::missing;")
    assert github.lines[2:] == text.lines[-2:]

    assert project(*text.lines[-1].split()[1:]).code == 0
    assert project("check") == clean
    Path("manifest.json").write_text(WRONG)
    both = project("check", "--format", "json")
    assert [each["file"] for each in both.json["errors"]] == ["manifest.json", "admin.json"]


def test_each_app_that_drifted_beside_a_broken_one_has_its_command(project: Shell) -> None:
    Path("pyproject.toml").write_text(
        f'{PROJECT}[[tool.mdbgen.app]]\nmanifest = "third.json"\noutput = "third/ws"\n'
    )
    Path("third.json").write_text(QUICK_START)
    assert project("generate").code == 0
    Path("third.json").write_text(WRONG)
    Path("app/ws/router.py").write_text("mine = 1\n")
    Path("admin/ws/router.py").unlink()
    assert project("check").lines[-1] == (
        "mdbgen generate manifest.json -o app/ws --force"
        " && mdbgen generate admin.json -o admin/ws"
    )


# What nobody thought of


def test_a_bug_is_one_line_and_no_drift(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr("mdbgen.generate.generate", broken)
    run = shell(*CHECK)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.splitlines() == [
        "mdbgen: MDB409 a bug in mdbgen: RuntimeError: first",
        "  please report it, with what mdbgen prints if MDBGEN_TRACEBACK=1 is set",
    ]
    (error,) = shell(*CHECK, "--format", "json").json["errors"]
    assert (error["code"], error["file"]) == ("MDB409", "mdbgen")
    assert shell(*CHECK, "--format", "github").stdout.startswith("::error file=mdbgen,title=MDB409")
    monkeypatch.setenv("MDBGEN_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in shell(*CHECK).stderr


@pytest.mark.parametrize(
    ("error", "code"), [(MemoryError(), "MDB408"), (RecursionError("deep"), "MDB409")]
)
def test_the_limits_of_the_machine_are_no_drift(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def exhausted(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("mdbgen.generate.generate", exhausted)
    run = shell(*CHECK)
    assert (run.code, run.stdout, run.stderr.split()[1]) == (2, "", code)


def test_of_many_problems_the_first_are_shown_and_all_are_counted(shell: Shell) -> None:
    keys = ",".join(f'"k{number}":1' for number in range(40_000))
    Path("manifest.json").write_text(QUICK_START.replace('"path"', f'{keys},"path"'))
    text = shell(*CHECK)
    assert text.code == 2
    assert text.stderr.count("MDB102") == 100
    last = "39900 more problems are not shown; fix these first"
    assert text.stderr.splitlines()[-1] == f"manifest.json: MDB009 {last}"
    errors = shell(*CHECK, "--format", "json").json["errors"]
    assert len(errors) == 101
    assert list(errors[-1].values()) == ["manifest.json", 0, 0, "MDB009", "", last]
    github = shell(*CHECK, "--format", "github")
    assert github.lines[-1] == f"::error file=manifest.json,title=MDB009::{last}"
    assert len(github.lines) == 101


def test_many_warnings_hide_no_error(shell: Shell) -> None:
    origins = ",".join(f'"http://{number}/x"' for number in range(1000))
    cors = f'"cors":{{"enabled":true,"allow_origins":[{origins}]}}'
    Path("manifest.json").write_text(QUICK_START.replace('"slug"', f'{cors},"slug"'))
    first = shell(*GENERATE)
    assert first.code == 0
    assert first.stderr.count("MDB155") == 100
    assert "warning: MDB009 900 more problems are not shown" in first.stderr
    Path("app/ws/router.py").write_text("mine = 1\n")
    assert shell(*GENERATE).stderr.startswith("app/ws/router.py: MDB301 ")
    assert len(shell(*CHECK, "--format", "json").json["warnings"]) == 101


# As a process


def run_process(*arguments: str, stdin: str = "", **environment: str) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "mdbgen", *arguments],
        input=stdin.encode(),
        capture_output=True,
        env={**os.environ, **environment},
    )
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_version_needs_none_of_the_heavy_modules(shell: Shell) -> None:
    program = (
        "import sys; sys.argv[1:] = ['--version']; from mdbgen.cli import main\n"
        "try: main()\n"
        "finally: print(*{'pydantic', 'jinja2', 'black', 'rich', 'json'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"mdbgen {__version__}\n\n")


def test_a_clean_check_needs_no_formatter(shell: Shell, ws: Path) -> None:
    program = (
        f"import sys; sys.argv[1:] = {list(CHECK)!r}; from mdbgen.cli import main\n"
        "try: main()\n"
        "finally: print('black' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "app/ws/ is up to date\nFalse\n")


def test_standard_input(shell: Shell, ws: Path) -> None:
    run = run_process("check", "-", "-o", "app/ws/", stdin=TWO_ENDPOINTS)
    assert (run.code, run.lines[-1]) == (1, "mdbgen generate - -o app/ws/")
    assert run_process("generate", "-", "-o", "app/ws/", stdin=TWO_ENDPOINTS).code == 0
    Path("manifest.json").write_text(TWO_ENDPOINTS)
    assert run_process(*CHECK).code == 0


def test_a_reader_that_leaves_early_is_no_error(shell: Shell) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "mdbgen", *CHECK]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_terminal_that_knows_only_ascii(shell: Shell) -> None:
    run = run_process("check", "manifest.json", "-o", "ä/ws", PYTHONIOENCODING="ascii")
    assert run.code == 1
    assert "missing \\xe4/ws/router.py" in run.lines
    assert run.stderr == ""


def test_an_interrupt_is_quiet(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mdbgen.generate.generate", interrupted)
    assert shell(*GENERATE) == Run(130, "", "")
