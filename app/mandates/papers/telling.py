"""A report on a file, in words for a terminal."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from app.mandates.papers.checking import Report, Signed


def tell(report: Report, *, trusts: bool) -> Iterator[str]:
    """Line by line. `trusts`: certificates were given to trust."""
    if not report.signatures:
        yield "Not signed."
        return
    yield "Whole: not a byte has changed." if report.is_sound else "ALTERED: it proves nothing."
    for each in report.signatures:
        yield _of(each, trusts)
    if report.is_sound and report.evidence:
        yield from _parties(report)


def _of(each: Signed, trusts: bool) -> str:
    kind = "Timestamp" if each.is_timestamp else "Seal or signature"
    when = each.timestamp or each.said_at
    vouched = "" if each.timestamp else ", by its own clock"
    trust = (" Trusted." if each.trusted else " NOT trusted by these roots.") if trusts else ""
    state = "intact" if each.intact else "BROKEN"
    return f"{kind} « {each.field} », {state}: {each.holder.subject}, on {when}{vouched}.{trust}"


def _parties(report: Report) -> Iterator[str]:
    try:
        evidence: dict[str, Any] = msgspec.json.decode(report.evidence)
        digest = hashlib.sha256(report.text.encode()).hexdigest()
        if digest != evidence["document_hash"]:
            yield "The text kept inside is NOT the one that was signed."
            return
        yield f"Mandate {evidence['mandate_id']} of {evidence['authority']}; text {digest}."
        if evidence["demonstration"]:
            yield "Sealed for a demonstration: NO LEGAL VALUE."
        for each in evidence["signatures"]:
            act = f", for {each['on_behalf_of']} ({each['act']['reference']})" if each["act"] else ""
            yield f"- {each['name']}, {each['capacity_label']}{act}, {each['signed_at']}, {each['method']}"
    except (msgspec.DecodeError, KeyError, TypeError):
        yield "What it says of its parties cannot be read."
