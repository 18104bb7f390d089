"""Recordings that are packed: unpacked once, into the user's cache folder."""

import hashlib
import lzma
import shutil
import tarfile
import zlib
from functools import partial
from pathlib import Path, PurePosixPath

from gated.commands.progress import bar_of_bytes
from gated.errors import BadData
from gated.reading.cache import cached
from gated.reading.files import open_bytes

from .audio import ENDINGS

_EXPECTED = "an archive: tar, tar.gz, tar.bz2 or tar.xz"
_LARGEST = 2**30  # bytes of a recording


def unpacked(archive: Path) -> Path:
    """The folder with the sound files of a tar archive, which is read once, as a stream.

    It is unpacked anew when the archive has changed.

    Raises:
        BadData: where it cannot be read, or a member would lie outside the folder.
        BadUsage: where the folder cannot be written.
    """
    open_bytes(archive, _EXPECTED).close()
    state = archive.stat()
    key = f"{archive.resolve()} {state.st_size} {state.st_mtime_ns}".encode()
    return cached(f"speech/{hashlib.sha256(key).hexdigest()[:16]}", partial(_unpack, archive))


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with (
            open(archive, "rb") as file,
            bar_of_bytes(archive.stat().st_size, "Unpacking speech", transient=True) as advance,
            tarfile.open(fileobj=file, mode="r|*") as members,
        ):
            read = 0
            for member in members:
                _write(members, member, folder)
                advance(file.tell() - read)
                read = file.tell()
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, ValueError) as error:
        raise BadData(f"{archive}: {str(error).lower()}, expected {_EXPECTED}") from None
    except BadData as error:
        raise BadData(f"{archive}: {error}") from None


def _write(members: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Writes a member, if it is a sound file."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise BadData(f"{member.name} would lie outside, expected no such path")
    packed = members.extractfile(member) if member.isfile() else None
    if packed and path.suffix.lower() in ENDINGS:
        if member.size > _LARGEST:
            raise BadData(f"{member.name} has {member.size:,} bytes, expected at most {_LARGEST:,}")
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "wb") as sound:
                shutil.copyfileobj(packed, sound)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise BadData(f"{member.name}: a file in a file, expected a folder") from None
