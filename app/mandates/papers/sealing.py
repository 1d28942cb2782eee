"""The seal over a file: PAdES B-B (ETSI EN 319 142-1) in a field that people who do not see can read too.

The frozen text and the evidence go along as private data of the catalogue (ISO 32000-1, 14.5), under the seal like
everything else: whoever holds the file alone can compute the digest that the parties signed.
"""

import io
from collections.abc import Mapping
from typing import Any, Final

from app.mandates.papers.seals import Seal

FIELD: Final = "Cachet"
FRAME: Final = (62, 68, 538, 142)
"""Where the last page draws the frame of the seal, in points from its lower left corner: x0, y0, x1, y1."""
PIECE: Final = "/Essaim"
TEXT: Final = "/Text"
EVIDENCE: Final = "/Evidence"
RESERVED: Final = 24_576
"""Room for the signature and its certificates, in hexadecimal digits. Said beforehand, the key serves once a seal and
not twice: a device on the network is asked once."""


def seal(pdf: bytes, by: Seal, *, authority: str, text: bytes, evidence: bytes) -> bytes:
    """`pdf` with one increment: the private data, the field and the seal over the whole.

    No network: the timestamp comes later, as an increment of its own (`timestamping`).
    """
    # Late: a process that seals nothing does without the library, half a second of imports.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.stamp import NoOpStampStyle

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    _keep_private(writer, {TEXT: text, EVIDENCE: evidence})
    add_field(writer, FIELD, f"Cachet électronique, {authority}", box=FRAME)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=by.holder,
        reason="Mandat signé par toutes les parties",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
    )
    signer = signers.PdfSigner(metadata, signer=by.signer, stamp_style=NoOpStampStyle())
    sealed: io.BytesIO = signer.sign_pdf(writer, bytes_reserved=RESERVED)
    return sealed.getvalue()


def add_field(
    writer: Any, name: str, says: str, *, box: tuple[int, int, int, int] | None = None, page: int = -1
) -> None:
    """A signature field that PDF/UA-1 (7.18) accepts: it says what it is, in the structure of the document too.

    Without `box` it draws nothing. `page` counts from the end where it is negative.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.sign import fields

    if page < 0:
        page += _page_count(writer)
    fields.append_signature_field(
        writer,
        fields.SigFieldSpec(name, on_page=page, box=box, readable_field_name=says),
    )
    widget = next(
        each.reference for each in writer.root["/AcroForm"]["/Fields"] if each.get_object()["/T"] == name
    )
    field = widget.get_object()
    page_ref = field.raw_get("/P").reference
    tree = writer.root["/StructTreeRoot"]
    number = int(tree["/ParentTreeNextKey"])
    top = tree["/K"]
    top_ref = top.raw_get(0) if isinstance(top, generic.ArrayObject) else tree.raw_get("/K")
    element = writer.add_object(
        generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/StructElem"),
                generic.pdf_name("/S"): generic.pdf_name("/Form"),
                generic.pdf_name("/P"): top_ref,
                generic.pdf_name("/Pg"): generic.IndirectObject(page_ref.idnum, page_ref.generation, writer),
                generic.pdf_name("/Alt"): generic.pdf_string(says),
                generic.pdf_name("/K"): generic.DictionaryObject(
                    {
                        generic.pdf_name("/Type"): generic.pdf_name("/OBJR"),
                        generic.pdf_name("/Obj"): generic.IndirectObject(
                            widget.idnum, widget.generation, writer
                        ),
                    }
                ),
            }
        )
    )
    document = top_ref.get_object()
    _kids(document).append(element)
    field["/StructParent"] = generic.NumberObject(number)
    _numbers(tree["/ParentTree"]).extend([generic.NumberObject(number), element])
    tree["/ParentTreeNextKey"] = generic.NumberObject(number + 1)
    writer.update_container(document)
    writer.update_container(tree)
    writer.update_container(tree["/ParentTree"])
    writer.update_container(field)


def _kids(element: Any) -> Any:
    from pyhanko.pdf_utils import generic

    kids = element.get("/K")
    if not isinstance(kids, generic.ArrayObject):
        kids = element["/K"] = generic.ArrayObject([element.raw_get("/K")] if kids is not None else [])
    return kids


def _numbers(tree: Any) -> Any:
    """The leaf of a number tree where the next, greatest key belongs."""
    return tree["/Nums"]


def _page_count(writer: Any) -> int:
    return int(writer.root["/Pages"]["/Count"])


def _keep_private(writer: Any, parts: Mapping[str, bytes]) -> None:
    from pyhanko.pdf_utils import generic

    def stream(content: bytes) -> Any:
        kept = generic.StreamObject(stream_data=content)
        kept.compress()
        return writer.add_object(kept)

    private = generic.DictionaryObject({generic.pdf_name(name): stream(part) for name, part in parts.items()})
    piece = generic.DictionaryObject(
        {
            generic.pdf_name("/LastModified"): generic.pdf_string("D:20000101000000Z"),
            generic.pdf_name("/Private"): private,
        }
    )
    writer.root["/PieceInfo"] = generic.DictionaryObject({generic.pdf_name(PIECE): piece})
    writer.update_root()
