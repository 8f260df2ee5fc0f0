"""Opens karafka-native envelopes: the format of docs/envelope.md in another language.

    python3 envelope_reader.py docs/envelope_vectors.json

The file names a private key, its version, and records with topic, payload and the plaintext that is
expected, in hex. Needs Debian's python3-cryptography.
"""

import json
import struct
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

DOMAIN = b"karafka-native/envelope/1\0"
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def open_envelope(payload, version, topic, private_key):
    """The plaintext of `payload`, from a record of `topic` whose header `encryption` is `version`.

    Raises ValueError for what is no envelope or belongs to another topic, and what the library raises
    for a wrong key or changed bytes.
    """
    if payload[:4] != b"KNE1" or payload[4:6] != b"\x01\x00":
        raise ValueError("no envelope of suite 1")
    topic_length, wrapped_length = struct.unpack(">HH", payload[6:10])
    if wrapped_length != private_key.key_size // 8:
        raise ValueError("wrong length of the wrapped key")
    head = payload[: 10 + topic_length + wrapped_length]
    rest = payload[len(head):]
    if len(rest) < 28:
        raise ValueError("cut short")
    if head[10:10 + topic_length] != topic:
        raise ValueError("sealed for another topic")
    data_key = private_key.decrypt(head[10 + topic_length:], OAEP)
    additional = DOMAIN + struct.pack(">H", len(version)) + version + head
    return AESGCM(data_key).decrypt(rest[:12], rest[12:], additional)


def main(path):
    with open(path, encoding="utf-8") as file:
        given = json.load(file)
    private_key = load_pem_private_key(given["private_key"].encode(), password=None)
    for record in given["records"]:
        plain = open_envelope(
            bytes.fromhex(record["payload"]), given["version"].encode(), record["topic"].encode(), private_key
        )
        if plain.hex() != record["plaintext"]:
            sys.exit("a record opens to something else")
    print(f"{len(given['records'])} records open")


if __name__ == "__main__":
    main(sys.argv[1])
