"""Sets of TensorFlow Datasets by name, with a clear word when there is no network."""

import contextlib
import functools
import logging
import sys
from typing import Any

from gated.errors import BadData, BadUsage

PREFIX = "tfds:"


def load(name: str) -> tuple[Any, dict[str, Any]]:
    """Downloads and prepares a set if needed.

    Args:
        name: as TensorFlow Datasets has it, such as `conll2003` or `wikiann/en`.

    Returns:
        The features of the set, and for each split an iterable of examples, dicts of NumPy values.

    Raises:
        BadUsage: if there is no such set.
        BadData: if it cannot be fetched or prepared.
    """
    import requests
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name)
    except (tfds.core.DatasetNotFoundError, ValueError) as error:
        first_line = str(error).strip().splitlines()[0]
        raise BadUsage(f"{PREFIX}{name}: {first_line}") from None
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()
    try:
        with _impatient():
            builder.download_and_prepare()
    except requests.ConnectionError as error:
        host = getattr(error.request, "url", None) or "its host"
        raise BadData(f"{PREFIX}{name}: cannot be downloaded, no answer from {host}") from None
    except (tfds.download.DownloadError, requests.RequestException, AssertionError) as error:
        first_line = str(error).strip().splitlines()[0]
        raise BadData(f"{PREFIX}{name}: cannot be downloaded: {first_line}") from None
    splits = {
        split: tfds.as_numpy(builder.as_dataset(split=split)) for split in builder.info.splits
    }
    return builder.info.features, splits


@contextlib.contextmanager
def _impatient():
    """Gives up on a host that does not answer after seconds, where the default is minutes."""
    import requests
    from tensorflow_datasets.core.download import downloader

    retries, get = downloader.MAX_RETRIES, requests.Session.get
    urllib3 = logging.getLogger("urllib3.connectionpool")
    level = urllib3.level
    try:
        downloader.MAX_RETRIES = 1
        requests.Session.get = functools.partialmethod(get, timeout=(3, 60))
        urllib3.setLevel(logging.ERROR)
        yield
    finally:
        downloader.MAX_RETRIES, requests.Session.get = retries, get
        urllib3.setLevel(level)
