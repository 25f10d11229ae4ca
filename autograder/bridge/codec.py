"""The closed codec: plain data of exact types to bytes and back, never pickle.

A message is a JSON tree plus raw buffers.  In the tree only null, booleans, strings and one-key nodes occur;
a node's key says its type, e.g. ``{"int": "7"}``, ``{"array": [0, "<f8", [2, 3]]}`` where 0 is the index of a buffer.
Both directions check everything: the decoder believes nothing of what it reads, whatever wrote it.

What has no exact plain type goes through the `handle` function of the encoder (an opaque reference, or a refusal)
and comes back through the `resolve` function of the decoder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.bridge.decoding import Decoder, generator
from autograder.bridge.encoding import Encoder
from autograder.bridge.plain import MAX_BUFFERS, Handle, Resolve
from autograder.errors import BridgeError

_json = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode  # a tree that we made is one

__all__ = ["MAX_BUFFERS", "generator", "pack", "unpack"]


def pack(value: Any, handle: Handle) -> tuple[bytes, list[bytes]]:
    """Return the JSON header and the buffers of a message that holds `value`."""
    encoder = Encoder(handle)
    tree = encoder.encode(value)
    return _json(tree).encode(), encoder.buffers


def unpack(header: bytes, buffers: Sequence[bytes], resolve: Resolve) -> Any:
    """Return the value that a message holds.

    Raises:
        BridgeError: It is no message of `pack`.
    """
    try:
        tree = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise BridgeError("an unreadable message came over the bridge") from error
    return Decoder(buffers, resolve).decode(tree)
