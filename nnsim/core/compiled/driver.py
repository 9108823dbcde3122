"""``descend`` compiled, once for every kind of run: which kernels it runs follows from the model that it is given."""

from typing import Any

from numba import njit
from numba.core import types
from numba.core.typing.templates import signature
from numba.extending import intrinsic

from nnsim.core.compiled import edges, layers, narrow
from nnsim.core.compiled.switches import outgrown, penalty, rate_at, settle, update_vectors
from nnsim.core.compiled.tile_functions import compiled
from nnsim.core.compiled.tiles import views
from nnsim.core.descent import Kernels, descend

MODULES = {edges.Graph: edges, layers.Layers: layers, narrow.Narrow: narrow}
"""Where the kernels of each kind of model stand: prepare, gradient_of_batch and test_loss."""


@intrinsic
def kernels_of(typing: Any, model: Any) -> Any:
    """The kernels of a model, chosen by its type."""
    own = MODULES[model.instance_class]
    functions = Kernels(
        own.prepare, own.gradient_of_batch, own.test_loss, rate_at, update_vectors, outgrown, penalty, settle,
    )
    result = types.NamedTuple([types.Dispatcher(function) for function in functions], Kernels)
    return signature(result, model), lambda context, builder, sig, args: context.get_constant_null(result)


_descend = compiled(descend, forceinline=True)


@njit(nogil=True, cache=True, error_model="numpy", _nrt=False)
def train(model, data, order, v, rule, start, last_update, last_epoch, train_curve, test_curve):
    """``descend`` with the kernels of the model."""
    return _descend(
        kernels_of(model), views(model), views(data), views(order), views(v), views(rule), start, last_update,
        last_epoch, views(train_curve), views(test_curve),
    )
