"""Training on several devices, each of which takes a part of every batch."""

import keras
import numpy as np

from gated.errors import BadUsage


def use_devices(devices: str) -> None:
    """Has the models that are made from now on train on a number of devices, or on `all`.

    Every device has all weights; the gradients are summed over the batch, wherever its parts lie.

    Raises BadUsage on any backend but JAX, and where there are not as many.
    """
    if devices == "1":
        return
    if keras.backend.backend() != "jax":
        raise BadUsage(f"--devices {devices}: goes with the JAX backend, KERAS_BACKEND=jax")
    there = keras.distribution.list_devices()
    count = len(there) if devices == "all" else int(devices)
    if count > len(there):
        raise BadUsage(f"--devices {devices}: expected at most {len(there)}, the devices there are")
    if count > 1:
        keras.distribution.set_distribution(_DataParallel(devices=there[:count]))
        print(f"Training on {count} devices")


def for_devices(training: keras.utils.PyDataset) -> keras.utils.PyDataset:
    """Batches that can be cut into a part a device; on one device they stay as they are."""
    distribution = keras.distribution.distribution()
    return Divisible(training, distribution.num_model_replicas) if distribution else training


def check_parts(batch_size: int) -> None:
    """Raises BadUsage where batches of a size that is fixed cannot be cut into a part a device."""
    distribution = keras.distribution.distribution()
    if distribution and batch_size % distribution.num_model_replicas:
        raise BadUsage(
            f"--devices {distribution.num_model_replicas}: expected a number that divides "
            f"--batch-size {batch_size}, whose streams carry their states on from batch to batch"
        )


class Divisible(keras.utils.PyDataset):
    """Batches with rows of the weight 0 after the last, so many that a number divides them.

    Their targets are 0. The others weigh so much more that the mean over all is what it was over
    these.
    """

    def __init__(self, data: keras.utils.PyDataset, number: int):
        super().__init__()
        self.data, self.number = data, number

    def __len__(self):
        return len(self.data)

    def on_epoch_end(self):
        self.data.on_epoch_end()

    def __getitem__(self, i):
        x, y, *weights = self.data[i]
        rows = len(y)
        missing = -rows % self.number
        # One column goes with losses of examples and with those of their steps.
        weights = weights[0] if weights else np.ones((rows, 1), "float32")

        def fill(array):
            # What has no row for each example, such as candidates, stays.
            if len(array) != rows:
                return array
            return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])

        def fill_with_zeros(array):
            return np.pad(array, [(0, missing), *[(0, 0)] * (array.ndim - 1)])

        weights = fill_with_zeros(weights) * ((rows + missing) / rows)
        return keras.tree.map_structure(fill, x), fill_with_zeros(y), weights.astype("float32")


class _DataParallel(keras.distribution.DataParallel):
    """Of an array whose rows cannot be divided, such as candidates, each device has the whole."""

    def get_data_layout(self, data_shape):
        if data_shape[0] % self.num_model_replicas:
            return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)
        return super().get_data_layout(data_shape)
