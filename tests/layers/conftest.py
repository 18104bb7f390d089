import keras
import pytest

from tests.gradients import double_precision


@pytest.fixture(autouse=True)
def _same_seed():
    keras.utils.set_random_seed(0)


@pytest.fixture
def float64():
    with double_precision():
        yield
