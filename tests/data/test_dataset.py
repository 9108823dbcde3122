"""The samples a network learns from: which networks can take them."""

import pytest

from nnsim.data.dataset import Dataset


@pytest.mark.parametrize(("n_inputs", "n_outputs", "fits"), [
    (3, 2, True), (3, 1, False), (2, 2, False), (2, 3, False), (3, 0, False), (3, None, True), (2, None, False),
])
def test_data_fit_a_network_with_a_neuron_for_each_column(n_inputs: int, n_outputs: int | None, fits: bool) -> None:
    """Three columns of inputs, two of targets; None asks about the inputs alone."""
    assert Dataset([[0, 0, 0], [1, 1, 1]], [[0, 1], [1, 0]]).fits(n_inputs, n_outputs) is fits


def test_test_data_have_the_columns_of_the_training_data() -> None:
    """Else they could not be tested on."""
    for X_test, T_test in (([[0.0]], [[1.0]]), ([[0.0, 1.0]], [[1.0, 0.0]])):
        with pytest.raises(ValueError, match="the same columns as the training data"):
            Dataset([[0, 1]], [[1]], X_test, T_test)
