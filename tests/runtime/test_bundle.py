"""The example, bundled, on the real runtime."""

import tarfile
from pathlib import Path

from muxi import FormationClient
from muxi.bundle import open_bundle

from ..support.trees import extract_all
from .conftest import booted

EXAMPLE = Path(__file__).parents[2] / "examples/hello-formation"


def test_the_example_boots_from_its_bundle(tmp_path: Path) -> None:
    with open_bundle(EXAMPLE) as packed, tarfile.open(fileobj=packed.file) as tar:
        extract_all(tar, tmp_path)
    with (
        booted("sqlite", tmp_path / packed.bundle.id) as runtime,
        FormationClient(
            url=runtime.url,
            client_key="fmc_hello_formation_client",
            admin_key="fma_hello_formation_admin",
        ) as formation,
    ):
        assert formation.status().formation.id == packed.bundle.id
        assert {agent.id for agent in formation.agents.list()} == {"greeter", "poet"}
        assert formation.chat.send("hi", user_id="alice").text
