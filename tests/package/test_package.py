"""What is built and installed: in an environment of its own, without any extra."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    str(file.relative_to(ROOT))
    for file in (ROOT / "muxi").rglob("*")
    if file.is_file() and "__pycache__" not in file.parts
}
INSTALLED = {
    "annotated-types", "anyio", "certifi", "h11", "httpcore", "httpx", "httpx-sse", "idna",
    "muxi-client", "pydantic", "pydantic-core", "pydantic-settings", "python-dotenv", "sniffio",
    "typing-extensions", "typing-inspection",
}  # fmt: skip
OF_PYTHON_3_10 = {"exceptiongroup"}
WITHOUT_EXTRA = {
    "deploy": "import muxi.bundle\nwith muxi.bundle.open_bundle('examples/hello-formation'): pass",
    "distillery": (
        "from muxi.resources.formation import Distilled\n"
        "batch = {'batch_id': '1', 'events': []}\n"
        "Distilled.submit.build(batch, distillery_id='d', private_key='k')"
    ),
    "fastapi": "import muxi.fastapi",
    "otel": "import muxi.otel",
    "testing": "from muxi.testing import Emulator",
}


def run(*command: str | Path) -> str:
    """Run a command that must succeed, and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def python(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that has the wheel."""
    environment = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", environment)
    python = environment / "bin" / "python"
    run(
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        *built.glob("*.whl"),
    )
    return python


def test_the_wheel_has_the_package_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == MODULES


def test_the_sdist_has_what_the_tests_and_the_docs_need(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tracked = set(run("git", "ls-files").splitlines())
    hidden = {name for name in tracked if name.startswith(".")}
    assert tracked - hidden - names == set()


def test_only_what_is_needed_at_run_time_is_installed(python: Path) -> None:
    listed = json.loads(run(python, "-m", "pip", "list", "--format", "json"))
    names = {entry["name"].lower().replace("_", "-") for entry in listed}
    assert names - OF_PYTHON_3_10 - {"pip", "setuptools"} == INSTALLED


def test_every_public_module_can_be_imported_or_names_its_extra(python: Path) -> None:
    code = """
import importlib, pkgutil, muxi
for module in pkgutil.iter_modules(muxi.__path__):
    if not module.name.startswith("_"):
        try:
            importlib.import_module(f"muxi.{module.name}")
        except ImportError as error:
            print(error)
"""
    for line in run(python, "-I", "-W", "error", "-c", code).splitlines():
        assert "needs an extra: pip install 'muxi-client[" in line


@pytest.mark.parametrize(("extra", "code"), WITHOUT_EXTRA.items(), ids=[*WITHOUT_EXTRA])
def test_a_missing_extra_is_one_line(python: Path, extra: str, code: str) -> None:
    done = subprocess.run(
        [python, "-I", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].rstrip(".").endswith(f"pip install 'muxi-client[{extra}]'")
    assert done.stderr.count("Traceback") == 1


def test_pytest_finds_the_plugin(python: Path) -> None:
    code = """
from importlib.metadata import entry_points
print([(each.name, each.value) for each in entry_points(group="pytest11")])
"""
    assert "('muxi', 'muxi.testing.plugin')" in run(python, "-I", "-c", code)


def test_the_emulator_s_command_names_its_extra(python: Path) -> None:
    done = subprocess.run(
        [python, "-I", "-m", "muxi.testing"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.endswith("pip install 'muxi-client[testing]'")
