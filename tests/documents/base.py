"""The document of the format's own description, to break in tests, and the schema that is shipped."""

import json
from functools import cache
from typing import Any

import jsonschema

from nnsim.resources import resource

TEXT = """{
  "format": "nnsim",
  "version": 1,
  "network": {
    "neurons": [
      {"id": "x0", "role": "input"},
      {"id": "x1", "role": "input"},
      {"id": "h", "role": "hidden", "activation": "heaviside", "bias": "b_h", "notation": "threshold"},
      {"id": "y", "role": "output", "activation": "heaviside", "bias": "b_y", "notation": "threshold"}
    ],
    "connections": [
      {"source": "x0", "target": "h", "weight": "w1"},
      {"source": "x1", "target": "h", "weight": "w2"},
      {"source": "x0", "target": "y", "weight": "w3"},
      {"source": "x1", "target": "y", "weight": "w4"},
      {"source": "h",  "target": "y", "weight": "w5"}
    ],
    "parameters": {
      "w1": {"value": 1.0}, "w2": {"value": 1.0}, "w3": {"value": 1.0}, "w4": {"value": 1.0}, "w5": {"value": -2.0},
      "b_h": {"value": -1.2}, "b_y": {"value": -0.6, "trainable": false}
    }
  },
  "layout": {"x0": [0, 0], "x1": [0, 200], "h": [220, 100], "y": [440, 100]},
  "data": {"generator": "xor_gate"},
  "training": {"loss": "half_squared_error", "optimizer": {"name": "sgd"},
               "learning_rate": 0.5, "batch_size": 4, "seed": 0},
  "notes": ""
}"""

@cache
def validator() -> jsonschema.Draft202012Validator:
    """Of the schema as it is shipped."""
    return jsonschema.Draft202012Validator(json.loads(resource("nnsim.schema.json").read_text("utf-8")))


MISSING = object()


def edited(*path: str | int, to: Any = MISSING) -> dict[str, Any]:
    """The document with the value at a path changed, or removed."""
    document: dict[str, Any] = json.loads(TEXT)
    inner: Any = document
    for key in path[:-1]:
        inner = inner[key]
    if to is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return document
