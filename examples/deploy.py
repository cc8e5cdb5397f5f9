"""Deploy a formation, talk to it, update it, roll back, read its logs, delete it:

    python examples/deploy.py examples/hello-formation

Which server comes from the environment: MUXI_SERVER_URL, MUXI_KEY_ID, MUXI_SECRET_KEY.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

import yaml

from muxi import FormationClient, ServerClient
from muxi.progress import progress_bar


def main(directory: Path) -> None:
    with ServerClient() as server:
        print("# deploy")
        deployed = server.formations.deploy(directory, on_progress=progress_bar())
        print(deployed.formation_id, deployed.status, deployed.url)
        try:
            show(server, directory, deployed.formation_id)
        finally:
            print("# delete")
            print(server.formations.delete(deployed.formation_id).message)


def show(server: ServerClient, directory: Path, formation_id: str) -> None:
    print("# chat")
    # An update doesn't change the address: the same client talks to each version.
    formation = server.formation_client(formation_id, client_key=client_key(directory))
    chat(formation, "Hello! Who are you?")

    print("# update")
    with tempfile.TemporaryDirectory() as folder:
        changed = changed_copy(directory, Path(folder, formation_id), version="1.1.0")
        updated = server.formations.update(changed, on_progress=progress_bar())
    print(updated.formation_id, updated.status, "as deployment", updated.version)
    chat(formation, "And now?")

    print("# roll back")
    server.formations.rollback(formation_id, on_progress=progress_bar())
    versions = {each.id: each.version.semantic for each in server.formations.list()}
    print("version", versions[formation_id])

    print("# logs")
    for line in server.formations.logs(formation_id, lines=5).logs.stdout:
        print(line)


def chat(formation: FormationClient, message: str) -> None:
    with formation.for_user("alice").chat.stream(message) as stream:
        for text in stream.text():
            print(text, end="", flush=True)
    print()


def client_key(directory: Path) -> str | None:
    """The key that stands in the manifest; None, for MUXI_CLIENT_KEY, where it is a secret."""
    manifest = yaml.safe_load((directory / "formation.afs").read_text())
    key: str = manifest["server"]["api_keys"]["client_key"]
    return None if "secrets." in key else key


def changed_copy(directory: Path, to: Path, version: str) -> Path:
    shutil.copytree(directory, to)
    manifest = to / "formation.afs"
    line = f'version: "{version}"'
    manifest.write_text(re.sub(r"^version: .*$", line, manifest.read_text(), flags=re.MULTILINE))
    return to


if __name__ == "__main__":
    main(Path(sys.argv[1]))
