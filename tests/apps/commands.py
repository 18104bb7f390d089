"""What the tests of the applications' commands share."""

from dataclasses import dataclass


@dataclass
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self):
        return self.out.splitlines()


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(files, folder):
    """Writes files by name, and an empty folder beside them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (folder / "folder").mkdir()
    return folder
