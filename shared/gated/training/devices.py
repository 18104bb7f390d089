"""Training on several devices, each of which takes a part of every batch."""

import keras
import numpy as np

from gated.errors import BadUsage


def use_devices(devices: str) -> None:
    """Has the models that are made from now on train on a number of devices, or on `all`.

    If there are several processes, on so many of each. Every device has all weights; the gradients
    are summed over the batch, wherever its parts lie.

    Raises BadUsage on any backend but JAX, and where there are not as many.
    """
    if keras.backend.backend() != "jax":
        if devices != "1":
            raise BadUsage(f"--devices {devices}: goes with the JAX backend, KERAS_BACKEND=jax")
        return
    import jax

    processes: dict[int, list] = {}
    for device in jax.devices():
        processes.setdefault(device.process_index, []).append(f"{device.platform}:{device.id}")
    least = min(map(len, processes.values()))
    count = least if devices == "all" else int(devices)
    if count > least:
        raise BadUsage(f"--devices {devices}: expected at most {least}, the devices there are")
    if count * len(processes) > 1:
        chosen = [name for names in processes.values() for name in names[:count]]
        keras.distribution.set_distribution(
            _DataParallel(chosen, jax.process_index(), len(processes))
        )
        print(f"Training on {len(chosen)} devices")


def for_devices(training: keras.utils.PyDataset) -> keras.utils.PyDataset:
    """Batches that can be cut into a part a device; on one device they stay as they are.

    Of several processes each gets its part of every batch.
    """
    distribution = keras.distribution.distribution()
    if not distribution:
        return training
    parts = distribution.process, distribution.processes
    return Divisible(training, distribution.num_model_replicas, *parts)


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

    Args:
        data: the batches.
        number: of devices.
        process, processes: which part of the rows this process gets, of how many.
    """

    def __init__(
        self, data: keras.utils.PyDataset, number: int, process: int = 0, processes: int = 1
    ):
        super().__init__()
        self.data, self.number = data, number
        self.process, self.processes = process, processes

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
        size = (rows + missing) // self.processes

        def part(array):
            return array[self.process * size :][:size] if len(array) == rows + missing else array

        batch = keras.tree.map_structure(fill, x), fill_with_zeros(y), weights.astype("float32")
        return keras.tree.map_structure(part, batch)


class _DataParallel(keras.distribution.DataParallel):
    """Of an array whose rows cannot be divided, such as candidates, each device has the whole."""

    def __init__(self, devices, process, processes):
        super().__init__(devices=devices, auto_shard_dataset=False)
        self.process, self.processes = process, processes

    def get_data_layout(self, data_shape):
        if data_shape[0] % (self.num_model_replicas // self.processes):
            return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)
        return super().get_data_layout(data_shape)
