"""The seal of an authority kept in a device, behind PKCS#11: SoftHSM, which Debian ships, stands for it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11.util.x509 import decode_x509_certificate

from app.mandates.papers import checking, means
from app.settings import SealSettings, Settings
from tests.mandates.builders import active
from tests.mandates.papers.authorities import issue
from tests.mandates.papers.test_sealing import paper
from tests.support.world import World

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A token with the key and the certificate of the town. The library reads its settings once a process."""
    tmp_path = tmp_path_factory.mktemp("device")
    patch = pytest.MonkeyPatch()
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    patch.setenv("SOFTHSM2_CONF", str(config))
    own = issue("Ville de Valmoret")
    (tmp_path / "key.pem").write_bytes(own.key_pem())
    (tmp_path / "pin").write_text("4321\n")
    run("--init-token", "--free", "--label", "essaim", "--pin", "4321", "--so-pin", "8765")
    held = ["--token", "essaim", "--label", "cachet", "--id", "01", "--pin", "4321"]
    run("--import", str(tmp_path / "key.pem"), *held)
    token = pkcs11.lib(str(LIBRARY)).get_token(token_label="essaim")
    with token.open(user_pin="4321", rw=True) as session:
        told = decode_x509_certificate(own.certificate.public_bytes(Encoding.DER))
        told[pkcs11.Attribute.TOKEN] = True
        told[pkcs11.Attribute.LABEL] = "cachet"
        session.create_object(told)
    seal = SealSettings(
        pkcs11_library=LIBRARY, token="essaim", certificate="cachet", pin_file=tmp_path / "pin"
    )
    means.use(Settings(seals={"valmoret": seal}))
    yield
    means.use(Settings())
    patch.undo()


def run(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


@pytest.mark.usefixtures("device")
def test_the_key_never_leaves_its_device(world: World) -> None:
    report = checking.inspect(paper(world, active(world)))
    assert report.is_sound
    assert report.signatures[0].holder.common_name == "Ville de Valmoret"
    assert '"demonstration":false' in report.evidence
