"""Check a journal that `essaim audit export` wrote. Needs Python 3.9 and the package `cryptography`; see journal.md.

    python verify_journal.py EXPORT [--key KEY_ID] [--earlier OLDER_EXPORT]

--key: the id of the key that must have signed; ask the authority for it by another way than the export's.
--earlier: an export kept since; nothing that it vouched for may have changed. Exit status: 0 whole, 1 not.
"""

import argparse
import json
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WHAT = ["id", "authority_id", "type", "subject_type", "subject_id", "agent_id", "client_id"]
WHEN = ["request_id", "occurred_at", "payload"]
FACTS = {1: WHAT + WHEN, 2: [*WHAT, "acting_as", "delegation_id", "address_hash", *WHEN]}


def require(holds, sentence):
    if not holds:
        raise SystemExit(f"BROKEN: {sentence}")


def canonical(*values):
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def require_signature(keys, line, *values):
    name, key = line["key_id"], bytes.fromhex(keys.get(line["key_id"], ""))
    require(sha256(key).hexdigest()[:32] == name, f"the key {name} is not in the header")
    try:
        signed = bytes.fromhex(line["signature"])
        Ed25519PublicKey.from_public_bytes(key).verify(signed, canonical(*values, name))
    except (InvalidSignature, ValueError):
        require(False, f"the signature of a {line['kind']} does not hold")


def check(path, key_id=None):
    """The header, every hash, and the places and hashes that a signature vouches for."""
    lines = map(json.loads, Path(path).read_bytes().splitlines())
    header, hashes, vouched = next(lines), ["0" * 64], []
    whose, end = header["authority_id"], (header["events"], header["hash"])
    require(header["format"] == "essaim-journal-1", "the format is not known here")
    require(key_id in {None, header["key_id"]}, f"it is signed by the key {header['key_id']}")
    claims = [whose, *end, header["checkpoints"], header["exported_at"], sorted(header["keys"])]
    require_signature(header["keys"], header, "essaim-export-1", *claims)
    for line in lines:
        require(line["authority_id"] == whose, "a line is another authority's")
        place, version = len(hashes), line.get("digest_version")
        if line["kind"] == "checkpoint":
            said = [line["position"], line["hash"], line["made_at"]]
            require_signature(header["keys"], line, "essaim-checkpoint-1", whose, *said)
            vouched.append((*said, line["key_id"]))
        else:
            require(line["position"] == place, f"position {place} is missing")
            facts = [hashes[-1], place, *(line[name] for name in FACTS[version])]
            facts = facts if version == 1 else [version, *facts]
            hashes.append(sha256(canonical(*facts)).hexdigest())
            known = sha256(f"{line.get('address_salt')} {line.get('address')}".encode()).hexdigest()
            kept = not line.get("address") or known == line["address_hash"]
            linked = hashes[-2:] == [line["previous_hash"], line["hash"]]
            require(linked and kept, f"event {place} was changed")
    require((len(hashes) - 1, hashes[-1]) == end, f"{end[0]} events were exported, not {len(hashes) - 1}")
    require(len(vouched) == len({*vouched}) == header["checkpoints"], "a checkpoint is missing")
    return header, hashes, [*vouched, end]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("export", "--key", "--earlier"):
        parser.add_argument(name)
    asked = parser.parse_args()
    header, hashes, vouched = check(asked.export, asked.key)
    for place, said, *_ in vouched + (check(asked.earlier)[2] if asked.earlier else []):
        require(hashes[place : place + 1] == [said], f"event {place} or one before was written anew")
    print(f"WHOLE: {header['events']} events, exported {header['exported_at']} under {header['key_id']}")
