"""What the server would refuse or lose is found before anything is sent, and named."""

from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path

import pytest
import yaml

from muxi.bundle import open_bundle
from muxi.errors import BundleError, MuxiError

from ..support.trees import MANIFEST, make_tree

SECRETIVE = MANIFEST + "key: ${{ secrets.OPENAI }}\nmore: ${{secrets.B_2}} ${{ secrets.OPENAI }}\n"


def refusal(source: Path, **options: bool) -> str:
    with pytest.raises(BundleError) as caught, open_bundle(source, **options):
        pass
    assert isinstance(caught.value, MuxiError)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


def test_the_source_is_a_directory_or_an_archive(tmp_path: Path) -> None:
    make_tree(tmp_path, {"file": "", "empty": None, "dropped/.env": ""})
    assert refusal(tmp_path / "none") == f"{tmp_path}/none does not exist."
    assert refusal(tmp_path / "file") == f"{tmp_path}/file is neither a directory nor a .tar.gz."
    assert refusal(tmp_path / "empty") == f"{tmp_path}/empty is empty."
    assert refusal(tmp_path / "dropped") == f"{tmp_path}/dropped is empty."


@pytest.mark.parametrize("with_libyaml", sorted({False, yaml.__with_libyaml__}))
@pytest.mark.parametrize(
    ("manifest", "of_libyaml", "of_python"),
    [
        ("id: 1\nkey: 'sk-1' x", "did not find expected key", "expected <block end>, but found "),
        ("[" * 1100, "exceeded maximum nesting depth", "maximum recursion"),
    ],
)
def test_faults_that_each_parser_names_in_its_own_words(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    with_libyaml: bool,
    manifest: str,
    of_libyaml: str,
    of_python: str,
) -> None:
    """PyYAML is installed without libyaml where no wheel has it."""
    monkeypatch.setattr("yaml.__with_libyaml__", with_libyaml)
    make_tree(tmp_path, {"formation.afs": manifest})
    assert f" is not valid YAML: {of_libyaml if with_libyaml else of_python}" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"id: \xff", " is not valid YAML: "),
        ("id: !!python/object:os.system x", ", line 1 is not valid YAML: could not determine"),
        ("id: 2024-13-45", " is not valid YAML: month must be"),
        ("", " is not a YAML mapping."),
        ("- id: a", " is not a YAML mapping."),
        ("description: d", " has no id."),
        ("id: my-bot", " has no description."),
        ("id: my-bot\ndescription: ''", " has no description."),
        ("id: my-bot\ndescription: [d]", ": description is no text."),
        ("id: 123\ndescription: d", ': YAML reads id as 123; put it in quotes: "…".'),
        ("id: my\ndescription: d", ": formation ID must be 3-50 characters."),
        (f"id: {'a' * 51}\ndescription: d", ": formation ID must be 3-50 characters."),
        ("id: admin\ndescription: d", ': formation ID "admin" is reserved.'),
        ("id: My-Bot\ndescription: d", ": formation ID must contain only lowercase letters, "),
        ("id: -bot\ndescription: d", ": formation ID must contain only lowercase letters, "),
        ('id: "my-bot\\n"\ndescription: d', ": formation ID must contain only lowercase letters, "),
        ("id: my-bot\ndescription: d\nversion: 1.10", ": YAML reads version as 1.1; put it in "),
        ("id: my-bot\ndescription: d\nversion: 2", ": YAML reads version as 2; put it in quotes"),
        ("id: my-bot\ndescription: d\nversion: é", ": version 'é' can't be sent as a header."),
        ('id: my-bot\ndescription: d\nversion: "1\\n2"', r": version '1\n2' can't be sent as a"),
    ],
)
def test_each_fault_of_a_manifest(tmp_path: Path, manifest: str | bytes, reason: str) -> None:
    make_tree(tmp_path, {"formation.afs": manifest})
    assert refusal(tmp_path).startswith(f"{tmp_path}/formation.afs{reason}")


def test_no_error_quotes_the_manifest(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": "openai: 'sk-secret' x"})
    with pytest.raises(BundleError) as caught, open_bundle(tmp_path):
        pass
    assert "sk-secret" not in "".join(traceback.format_exception(caught.value))


def test_the_manifest_is_missing(tmp_path: Path) -> None:
    make_tree(tmp_path, {"agents/formation.afs": MANIFEST})
    assert refusal(tmp_path).startswith(f"{tmp_path}/formation.afs is missing")


@pytest.mark.parametrize("identifier", ["abc", "a" * 50, "0-9", "my--bot", "draft"])
def test_ids_that_the_server_takes(tmp_path: Path, identifier: str) -> None:
    make_tree(tmp_path, {"formation.yml": f"id: {identifier}\ndescription: 42"})
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.id == identifier
        assert packed.bundle.version is None


@pytest.mark.parametrize(
    ("given", "missing"),
    [([], "secrets.enc"), ([".key"], "secrets.enc"), (["secrets.enc"], ".key")],
)
def test_secrets_need_their_files(tmp_path: Path, given: list[str], missing: str) -> None:
    make_tree(tmp_path, {"formation.afs": SECRETIVE, **dict.fromkeys(given, "x")})
    assert refusal(tmp_path) == (
        f"{tmp_path}/{missing} is missing: formation.afs refers to secrets (OPENAI, B_2)."
    )


def test_secrets_with_their_files(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": SECRETIVE, "secrets.enc": "x", ".key": "x"})
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.files == 3


def test_what_the_server_ignores_is_a_warning(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST, "formation.yml": "x", "MUXI.md": "# hi"})
    with open_bundle(tmp_path) as packed:
        assert packed.bundle.warnings == (
            f"{tmp_path}/formation.yml is ignored: formation.afs is read.",
            f"{tmp_path}/MUXI.md counts in the first deployment only: "
            "updates keep the server's own.",
        )


def test_without_pyyaml_the_error_says_what_to_install(tmp_path: Path) -> None:
    make_tree(tmp_path, {"formation.afs": MANIFEST})
    code = """
import sys
sys.modules["yaml"] = None
from muxi.bundle import open_bundle
from muxi.errors import ConfigurationError
try:
    with open_bundle(sys.argv[1]):
        pass
except ConfigurationError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path], check=True, capture_output=True, text=True
    )
    assert "pip install 'muxi-client[deploy]'" in run.stdout
