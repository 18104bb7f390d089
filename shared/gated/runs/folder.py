"""The run folder: all that a training run leaves behind, one file at a time, each whole."""

import contextlib
import dataclasses
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from typeguard import TypeCheckError, check_type

from gated.errors import BadData, BadUsage
from gated.reading.files import read_bytes
from gated.reading.json_text import parse_json
from gated.runs.lock import alone, check_free, is_lock
from gated.whole import is_temporary, write_whole

Options = TypeVar("Options")


class RunFolder:
    """`runs/<app>/<name>/`:

    config.json      every option, the seed, the versions
    *.txt            vocabularies
    model.keras      the trained model
    metrics.json     the last evaluation
    history.csv      a line an epoch
    logs/            TensorBoard
    checkpoint/      the best weights so far, and what it takes to go on; only while training
    export/1/        the SavedModel
    """

    def __init__(self, path: Path):
        self.path = path
        self.config = path / "config.json"
        self.model = path / "model.keras"
        self.metrics = path / "metrics.json"
        self.history = path / "history.csv"
        self.logs = path / "logs"
        self.checkpoint = path / "checkpoint"
        self.export = path / "export" / "1"

    @classmethod
    def create(cls, path: Path) -> "RunFolder":
        """A new folder. Raises BadUsage if there is something at the path already."""
        cls._check_new(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadUsage(f"{path}: cannot be made: {error.strerror}") from None
        return cls(path)

    @classmethod
    def begin(cls, path: Path, config: Any) -> "RunFolder":
        """A folder that `training` makes, or that of a training that was cut off.

        That goes on; or starts again, if it was cut off before anything was saved of it. Raises
        BadUsage if there is something else at the path, if the training had other options, or if it
        is running.
        """
        run = cls(path)
        check_free(path)
        if run.is_cut_off() or run._is_begun():
            run.check_config(config)
        else:
            cls._check_new(path)
        return run

    @staticmethod
    def _check_new(path: Path) -> None:
        if path.exists() and (not path.is_dir() or not all(map(_is_passing, path.iterdir()))):
            raise BadUsage(f"{path}: exists already; name another --run, or remove it first")

    @contextlib.contextmanager
    def training(self, config: Any) -> Iterator[None]:
        """Saves the options; removes the folder where training fails before it saves anything.

        Within it is all that the run is to leave: killed before its end, it can go on.

        Raises BadUsage if another process trains here, BadData if the disk is full, or something
        cannot be saved for another reason.
        """
        with alone(self.path), self._saving():
            if not self.is_cut_off():
                if not self._is_begun():
                    self.create(self.path)
                self._clear()
            try:
                if not self.is_cut_off():
                    self.save_config(config)
                yield
            except BaseException:
                if not self.model.exists() and not any(self.checkpoint.glob("*")):
                    self.remove()
                raise
            shutil.rmtree(self.checkpoint, ignore_errors=True)

    @contextlib.contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error).strip().splitlines()[0]
            last = "; the same command goes on from the last save" if self.is_cut_off() else ""
            raise BadData(f"{self.path}: cannot be saved: {reason}{last}") from None

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The folder of a finished run. Raises BadUsage if there is none."""
        folder = cls(path)
        if not path.is_dir():
            raise BadUsage(f"{path}: no such run folder; train makes one")
        for needed in (folder.config, folder.model):
            if not needed.is_file():
                raise BadUsage(
                    f"{path}: no {needed.name} in this folder; no training finished here"
                )
        return folder

    @contextlib.contextmanager
    def loading(self, what: str = "a run of this application") -> Iterator[None]:
        """Raises BadData where something in this folder is not what loading it expects."""
        try:
            yield
        except (BadData, BadUsage):
            raise
        except Exception as error:
            # There is no one kind of error that Keras, h5py and NumPy raise on strange files.
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise BadData(f"{self.path}: cannot be loaded as {what}: {reason}") from None

    def is_cut_off(self) -> bool:
        """Whether a training ended here before it was through, and can go on."""
        return (self.checkpoint / "last.npz").is_file()

    def is_finished(self) -> bool:
        return self.model.exists() and not self.is_cut_off()

    def _is_begun(self) -> bool:
        """Whether a training was killed here before anything was saved of it."""
        if not self.config.is_file() or self.model.exists() or self.is_cut_off():
            return False
        try:
            ours = "versions" in self.load_json(self.config)
        except BadData:
            return False
        # Folders of any other name are not what such a training leaves: runs of several seeds, say.
        folders = {path for path in self.path.iterdir() if path.is_dir()}
        return ours and folders <= {self.logs, self.checkpoint}

    def _clear(self) -> None:
        """Removes what a training that was killed has left and a new one would go on with."""
        for path in self.path.iterdir():
            if path in (self.logs, self.checkpoint):
                shutil.rmtree(path)
            elif path == self.history or is_temporary(path):
                path.unlink()

    def check_config(self, config: Any) -> None:
        """Raises BadUsage if the training that is to go on had other options.

        The folder may have been moved since, or be named from elsewhere: `run` is not compared, nor
        how often it saves.
        """
        before = self.load_json(self.config)
        now = json.loads(json.dumps(dataclasses.asdict(config), default=str))
        now = {name: value for name, value in now.items() if name not in ("run", "save_every")}
        for name, value in now.items():
            if before.get(name) != value:
                raise BadUsage(
                    f"{self.path}: was cut off with --{name.replace('_', '-')} "
                    f"{before.get(name)}, not {value}; go on with that, or name another --run"
                )

    def check_unchanged(self, unchanged: Callable[[], bool], examples: str) -> None:
        """Raises BadUsage if the training that is to go on began with other examples."""
        if self.is_cut_off() and not unchanged():
            raise BadUsage(
                f"{self.path}: was cut off with other {examples} to train on; go on with those, or "
                "name another --run"
            )

    def load_config(self, kind: type[Options]) -> Options:
        """The options of a finished run, a dataclass. Raises BadData if they are none."""
        saved = self.load_json(self.config)
        known = {}
        # Of a type that has been annotated the type itself.
        types = get_type_hints(kind)
        for field in dataclasses.fields(kind):  # type: ignore[arg-type]
            if field.name not in saved:
                raise BadData(f"{self.config}: expected the option {field.name!r}")
            value, expected = saved[field.name], types[field.name]
            if isinstance(value, list):
                value = tuple(value)
            if isinstance(value, str) and Path in (expected, *get_args(expected)):
                value = Path(value)
            try:
                known[field.name] = check_type(value, expected)
            except TypeCheckError as error:
                reason = f"{field.name}: {' '.join(str(error).split())}"
                raise BadData(f"{self.config}: not the options of a run: {reason}") from None
        try:
            return kind(**known)
        except BadUsage as error:
            raise BadData(f"{self.config}: not the options of a run: {error}") from None

    def remove(self) -> None:
        shutil.rmtree(self.path)

    def save_config(self, config: Any) -> None:
        """Writes a dataclass of options, with the versions that it ran on."""
        packages = ("gated", "keras", "tensorflow", "jax", "torch", "numpy")
        versions = {name: sys.modules[name].__version__ for name in packages if name in sys.modules}
        versions["python"] = sys.version.split()[0]
        self.save_json(self.config, {**dataclasses.asdict(config), "versions": versions})

    def load_json(self, path: Path) -> dict[str, Any]:
        content = parse_json(read_bytes(path, "JSON"), str(path))
        if not isinstance(content, dict):
            raise BadData(f"{path}: expected a JSON object")
        return content

    def save_json(self, path: Path, content: Any) -> None:
        text = json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n"
        write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def _is_passing(path: Path) -> bool:
    """Whether a file goes when a training is over, however that ended."""
    return is_temporary(path) or is_lock(path)
