import tempfile

import keras
import pytest

from tests.gradients import double_precision

if keras.backend.backend() == "jax":
    import jax

    # Compiling takes far longer than running here, and JAX compiles a scan anew at every call.
    jax.config.update("jax_disable_most_optimizations", True)
    _compiled = tempfile.TemporaryDirectory(prefix="jax-compiled-")
    jax.config.update("jax_compilation_cache_dir", _compiled.name)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


@pytest.fixture(autouse=True)
def _same_seed():
    keras.utils.set_random_seed(0)


@pytest.fixture
def float64():
    with double_precision():
        yield
