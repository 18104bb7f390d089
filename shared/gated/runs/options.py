"""What the options of a training run have in common."""

from collections.abc import Callable, Iterable
from typing import Any

from gated.errors import BadUsage


def check_options(
    config: Any, names: Iterable[str], fits: Callable[[Any], bool], expected: str
) -> None:
    """Raises BadUsage at the first option of a configuration that is given and does not fit."""
    for name in names:
        value = getattr(config, name)
        if value is not None and not fits(value):
            raise BadUsage(f"--{name.replace('_', '-')} {value}: expected {expected}")


def check_training_options(config: Any) -> None:
    """Raises BadUsage unless the options that every application has make sense."""
    check_options(
        config, ("epochs", "batch_size", "units", "depth"), lambda n: n >= 1, "at least 1"
    )
    check_options(config, ("learning_rate", "clip"), lambda x: x > 0, "more than 0")
    check_options(config, ("patience",), lambda n: n >= 0, "at least 0")
    check_options(config, ("seed",), lambda n: 0 <= n < 2**32, "0 to 4294967295")
