"""How long a mandate of eight parties takes to set and to seal, beside what the libraries take alone.

python -m bench.papers        medians in milliseconds, and their ratio to the floor
"""

import io
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from app.kit.encoding import to_json
from app.mandates import wording
from app.mandates.lifecycle import PartyCapacity
from app.mandates.model_mandate import model
from app.mandates.models import MandateDocument
from app.mandates.papers import demonstration, sealing, seals, sheet
from app.mandates.papers.evidence import Evidence, SignatureEvidence

ROUNDS: Final = 15
FONTS: Final = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
NOBODY: Final = UUID(int=1)
NOW: Final = datetime(2026, 11, 24, 15, tzinfo=UTC)
PARTIES: Final = (
    *[PartyCapacity.AGENT] * 3,
    *[PartyCapacity.RELEASING_MANAGER] * 2,
    PartyCapacity.CLIENT_DIRECTORATE,
    PartyCapacity.SPONSOR,
    PartyCapacity.GUARANTOR,
)
PLAIN: Final = """
#set document(title: "Floor", date: none)
#set text(lang: "fr")
#for _ in range(40) [= Titre
#lorem(120)
]
"""


def document() -> MandateDocument:
    """The model mandate, for eight parties."""
    named = {"id": NOBODY, "name": "Direction des espaces publics"}
    text = wording.canonical(
        {
            "format": wording.FORMAT,
            "mandate_id": NOBODY,
            "submission": 1,
            **dict.fromkeys(("authority", "team", "irritant", "client_directorate", "sponsor"), named),
            "starts_on": date(2026, 12, 8),
            "ends_on": date(2027, 6, 7),
            "parameters": {"cadence_weeks": 6, "budget_euros": 1500},
            "title": model().title,
            "preamble": model().preamble,
            "clauses": [
                {"title": each.title, "text": each.text, "plain": each.plain} for each in model().clauses
            ],
            "half_days": [],
            "parties": [{"name": f"Agente {n}", "capacity": each} for n, each in enumerate(PARTIES)],
        }
    )
    return MandateDocument(
        authority_id=NOBODY,
        mandate_id=NOBODY,
        submission=1,
        text=text,
        hash=wording.digest(text),
        created_at=NOW,
    )


def evidence(of: MandateDocument) -> Evidence:
    """Eight signatures."""
    return Evidence(
        mandate_id=NOBODY,
        submission=1,
        document_hash=of.hash,
        authority="Ville de Valmoret",
        time_zone="Europe/Paris",
        address="https://essaim.valmoret.test/verifier/ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345",
        sealed_at=NOW,
        seal_holder=demonstration.NO_VALUE,
        demonstration=True,
        signatures=tuple(
            SignatureEvidence(f"Agente {n}", each, "oidc", NOW, of.hash) for n, each in enumerate(PARTIES)
        ),
    )


def median(work: Callable[[], Any]) -> float:
    """Milliseconds, after a first time that loads and warms."""
    work()
    times = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _typst_alone() -> bytes:
    return bytes(typst.compile(PLAIN.encode(), font_paths=FONTS, pdf_standards=["ua-1"]))


def _pyhanko_alone(pdf: bytes, signer: Any) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Floor", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer, bytes_reserved=sealing.RESERVED
    )
    return bytes(out.getvalue())


def main() -> None:
    """Print the table."""
    of = document()
    said = evidence(of)
    pdf = sheet.signed(of, said)
    own = seals.own_made(*demonstration.make("Ville de Valmoret", datetime.now(UTC)))
    rows = [
        ("render", median(lambda: sheet.signed(of, said)), median(_typst_alone)),
        (
            "seal",
            median(
                lambda: sealing.seal(
                    pdf,
                    own,
                    authority="Ville de Valmoret",
                    text=of.text.encode(),
                    evidence=to_json(said.document()),
                )
            ),
            median(lambda: _pyhanko_alone(pdf, own.signer)),
        ),
    ]
    for name, ours, floor in rows:
        print(f"{name:8} {ours:7.1f} ms   floor {floor:7.1f} ms   ratio {ours / floor:.2f}")


if __name__ == "__main__":
    main()
