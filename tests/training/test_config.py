"""The settings of training: what stands where nothing is said, what is possible, what is offered."""

import json
import math

import numpy as np
import pytest

import nnsim
from nnsim.core.fields import forms
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.core.schedules import SCHEDULES
from nnsim.resources import resource
from nnsim.training.config import four

DEFAULTS = {
    "loss": "half_squared_error", "optimizer": "sgd", "learning_rate": 0.03, "schedule": "constant", "batch_size": 10,
    "order": "shuffle_each_epoch", "seed": 0, "l1": 0.0, "l2": 0.0, "clip": None, "stop_epochs": None,
    "stop_loss": None, "stop_change": None, "stop_change_epochs": 10, "stop_gradient": None, "stop_seconds": None,
}
"""What a file that is silent means, today and in every later version."""
SCHEMA = json.loads(resource("nnsim.schema.json").read_text("utf-8"))
NUMBERS = [name for name, form in forms(nnsim.TrainingConfig).items() if form.kind in (int, float)]


def test_what_is_not_said_has_a_default() -> None:
    """Field by field, and no field more."""
    config = nnsim.TrainingConfig()
    assert {name: getattr(config, name) for name in DEFAULTS} == DEFAULTS
    assert set(forms(nnsim.TrainingConfig)) | {"optimizer", "schedule"} == set(DEFAULTS)


def bounds(name: str) -> dict[str, object]:
    """What the schema that is shipped says of a field of training."""
    def found(node: object) -> dict[str, object] | None:
        if isinstance(node, dict):
            properties = node.get("properties", {})
            if "stop_change_epochs" in properties:
                return properties[name]  # type: ignore[no-any-return]
            return next((hit for value in node.values() if (hit := found(value))), None)
        if isinstance(node, list):
            return next((hit for value in node if (hit := found(value))), None)
        return None
    hit = found(SCHEMA)
    assert hit is not None
    return hit


@pytest.mark.parametrize("name", NUMBERS)
def test_the_bounds_are_those_of_the_schema(name: str) -> None:
    """The numbers at each end are taken, those just beyond are refused with the field's name."""
    said, whole = bounds(name), forms(nnsim.TrainingConfig)[name].kind is int
    for end, outwards in (("minimum", -math.inf), ("maximum", math.inf)):
        edge = said.get(end)
        if edge is None:
            assert end == "maximum" and nnsim.TrainingConfig(**{name: 1e308})  # type: ignore[arg-type]
            continue
        assert isinstance(edge, int | float)
        assert getattr(nnsim.TrainingConfig(**{name: edge}), name) == edge  # type: ignore[arg-type]
        beyond = edge + (1 if outwards > 0 else -1) if whole else math.nextafter(edge, outwards)
        with pytest.raises(ValueError, match=name):
            nnsim.TrainingConfig(**{name: beyond})  # type: ignore[arg-type]


def test_what_is_offered_can_be_taken() -> None:
    """Rates are one or three times a power of ten, rising, the default among them."""
    for name, form in forms(nnsim.TrainingConfig).items():
        assert list(form.presets) == sorted(set(form.presets))
        for value in form.presets:
            nnsim.TrainingConfig(**{name: value})  # type: ignore[arg-type]
    rates = forms(nnsim.TrainingConfig)["learning_rate"].presets
    assert len(rates) == 11 and 0.03 in rates
    assert {f"{rate:.6e}"[:8] for rate in rates} == {"1.000000", "3.000000"}


@pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_unknown_constant_is_named_with_those_there_are(entry) -> None:  # type: ignore[no-untyped-def]
    """Or with none."""
    known = f"; it has {', '.join(entry.constants)}" if entry.constants else ""
    with pytest.raises(ValueError, match=f"^optimizer: {entry.name} has no constant “decline”{known}[.]$"):
        nnsim.TrainingConfig(optimizer={"name": entry.name, "decline": 1.0})


@pytest.mark.parametrize("entry", [*OPTIMIZERS.values(), *SCHEDULES.values()], ids=lambda entry: entry.name)
def test_constants_are_filled_up_with_noughts(entry) -> None:  # type: ignore[no-untyped-def]
    """In the order of the registry, four numbers whatever their count."""
    values = [*entry.constants.values()]
    assert four(entry.constants).tolist() == values + [0.0] * (4 - len(values))
    assert four(entry.constants).dtype == np.float64
