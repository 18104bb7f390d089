"""Puts requests to an export, many at a time: which answers were wrong, how long each took.

    client.py EXPORT ANSWERS OPTIONS

Of TensorFlow alone: `benchmarks.serving` starts it where neither Gated nor Keras can be imported,
with the file that `benchmarks.serving.answers` wrote, and reads the last line of its output, JSON.
"""

import itertools
import json
import os
import pickle
import sys
import threading
import time

import numpy as np
import tensorflow as tf

TOLERANCE = 1e-4  # of floats, and of large ones for each unit
SIZES = {"1": (1, 1), "2-16": (2, 16), "17-64": (17, 64), "65-256": (65, 256)}
SAMPLED = 25  # requests from one look at the memory to the next


class Load:
    """Requests of one seed; number i is the same whichever thread asks it."""

    def __init__(self, export, signatures, seed, largest):
        # It holds the variables that the signatures read.
        self.model = tf.saved_model.load(export)
        self.signatures = signatures
        self.seed = seed
        self.largest = largest

    def warm_up(self):
        for kind in range(len(self.signatures)):
            self.ask(np.random.default_rng(self.seed), kind, "1")

    def request(self, number):
        """The place of its kind, its class of size, its seconds, and what was wrong or None."""
        rng = np.random.default_rng([self.seed, number])
        kind = int(rng.integers(len(self.signatures)))
        sizes = [name for name, (least, _) in SIZES.items() if least <= self.largest]
        size = sizes[rng.integers(len(sizes))]
        seconds, wrong = self.ask(rng, kind, size)
        return kind, list(SIZES).index(size), seconds, wrong

    def ask(self, rng, kind, size):
        signature = self.signatures[kind]
        least, most = SIZES[size]
        count = int(rng.integers(least, min(most, self.largest) + 1))
        rows = rng.integers(len(signature["answers"][0]), size=count)
        setting = int(rng.integers(len(signature["settings"])))
        given = {
            name: tf.constant(padded([values[row] for row in rows]))
            for name, values in signature["rows"].items()
        }
        given |= {name: tf.constant(x) for name, x in signature["settings"][setting].items()}
        call = self.model.signatures[signature["signature"]]
        start = time.perf_counter()
        try:
            found = {name: tensor.numpy() for name, tensor in call(**given).items()}
        except tf.errors.OpError as error:
            return time.perf_counter() - start, f"{type(error).__name__}: {error.message[:300]}"
        seconds = time.perf_counter() - start
        answers = [signature["answers"][setting][row] for row in rows]
        wrong = difference(signature, found, answers)
        return seconds, wrong and f"{signature['name']}, {count} rows, setting {setting}: {wrong}"


def padded(rows, fill=None):
    """Rows of any lengths as one array: those of strings padded with "", of numbers with 0."""
    if not isinstance(rows[0], np.ndarray):
        found = np.empty(len(rows), object if isinstance(rows[0], bytes) else rows[0].dtype)
        found[:] = rows
        return found
    if rows[0].ndim == 0:
        return np.stack(rows)
    fill = fill or (b"" if rows[0].dtype == object else 0)
    shape = len(rows), max(map(len, rows)), *rows[0].shape[1:]
    found = np.full(shape, fill, rows[0].dtype)
    for i, row in enumerate(rows):
        found[i, : len(row)] = row
    return found


def difference(signature, found, answers):
    """What the first wrong row of some outputs is, or None."""
    if set(found) != set(signature["fill"]):
        return f"outputs {sorted(found)}"
    if key := signature.get("order"):
        # Of equally likely ones rounding decides which comes first.
        order = np.argsort(found[key], axis=1, kind="stable")
        found = {name: np.take_along_axis(x, order, axis=1) for name, x in found.items()}
    for name, fill in signature["fill"].items():
        got = found[name]
        expected = [answer[name] for answer in answers]
        if signature.get("by_place"):
            expected = [rows[i] for i, rows in enumerate(expected)]
        if fill is None:  # what a padded row has beyond its end is anything
            pairs = zip(got, expected, strict=True)
            rows = [(row[: len(answer)], answer) for row, answer in pairs]
            right = [alike(*pair) for pair in rows]
        else:
            want = padded(expected, fill)
            if got.shape != want.shape:
                return f"{name} has shape {got.shape}, not {want.shape}"
            rows = list(zip(got, want, strict=True))
            right = [True] * len(rows) if alike(got, want) else [alike(*pair) for pair in rows]
        for i, ok in enumerate(right):
            if not ok:
                return f"{name} of row {i}: {describe(*map(np.asarray, rows[i]))}"
    return None


def alike(got, want):
    """Strings and integers exactly; floats to the tolerance."""
    got, want = np.asarray(got), np.asarray(want)
    if want.dtype.kind == "f":
        return np.allclose(got, want, rtol=TOLERANCE, atol=TOLERANCE)
    return bool((got == want).all())


def describe(got, want):
    if got.ndim == 0:
        return f"{got!r}, not {want!r}"
    if want.dtype.kind == "f":
        apart = np.abs(got - want)
        place = np.unravel_index(np.nanargmax(apart), apart.shape)
    else:
        place = tuple(index[0] for index in np.nonzero(got != want))
    return f"{got[place]!r}, not {want[place]!r}, at {tuple(map(int, place))} of {want.shape}"


def resident():
    """MB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(load, first, count, threads):
    """Asks requests `first` and so many after it. Returns their records, and the memory by time."""
    kinds, sizes = np.zeros(count, "int8"), np.zeros(count, "int8")
    seconds = np.zeros(count)
    memory = np.zeros((-(-count // SAMPLED), 2))
    wrong: list[str] = []
    numbers, done = itertools.count(), itertools.count(1)

    def work():
        for number in iter(lambda: next(numbers), None):
            if number >= count:
                return
            kinds[number], sizes[number], seconds[number], fault = load.request(first + number)
            if fault:
                wrong.append(f"request {first + number}: {fault}")
            finished = next(done)
            if finished % SAMPLED == 0:
                memory[finished // SAMPLED - 1] = finished, resident()
                if finished % 1000 == 0:
                    print(f"{finished:,} of {count:,}, {len(wrong)} wrong", flush=True)

    everyone = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    start = time.perf_counter()
    for one in everyone:
        one.start()
    for one in everyone:
        one.join()
    elapsed = time.perf_counter() - start
    return kinds, sizes, seconds, wrong, memory[memory[:, 0] > 0], elapsed


def percentiles(load, kinds, sizes, seconds):
    """Of each kind of request and each class of size: how many, and their milliseconds."""
    found = []
    for kind, size in itertools.product(range(len(load.signatures)), range(len(SIZES))):
        chosen = seconds[(kinds == kind) & (sizes == size)] * 1e3
        if len(chosen):
            p50, p99 = np.percentile(chosen, [50, 99]).round(2).tolist()
            name, of = load.signatures[kind]["name"], list(SIZES)[size]
            record = {"signature": name, "rows": of, "requests": len(chosen)}
            found.append({**record, "p50": p50, "p99": p99})
    return found


def growth(memory, settled):
    """Of MB by the number of requests, from one on: what a straight line through them says."""
    counts, sizes = memory[memory[:, 0] >= settled].T
    found = {"from_request": settled, "samples": len(counts)}
    if len(counts) > 3:
        half = len(counts) // 2
        slope = np.polyfit(counts, sizes, 1)[0]
        found |= {
            "at_first": sizes[: 1 + half // 5].mean(),
            "at_last": sizes[-1 - half // 5 :].mean(),
            "most": sizes.max(),
            "slope_per_1000": 1000 * slope,
            "slope_per_1000_second_half": 1000 * np.polyfit(counts[half:], sizes[half:], 1)[0],
            "grown": slope * (counts[-1] - counts[0]),
        }
    return {name: round(float(x), 3) for name, x in found.items()}


def main():
    export, path, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    with open(path, "rb") as file:
        signatures = pickle.load(file)
    tf.get_logger().setLevel("ERROR")
    load = Load(export, signatures, options["seed"], options["largest"])
    load.warm_up()
    count, alone = options["requests"], options["alone"]
    *first, wrong_alone, _, _ = run(load, 0, alone, 1)
    loaded = resident()
    *records, wrong, memory, elapsed = run(load, alone, count, options["threads"])
    wrong = wrong_alone + wrong
    found = {
        "requests": count,
        "seconds": round(elapsed, 1),
        "wrong": len(wrong),
        "examples": sorted(wrong)[:20],
        "alone": percentiles(load, *first),
        "under_load": percentiles(load, *records),
        "memory": {"before": round(loaded, 1), **growth(memory, min(1000, count // 2))},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
