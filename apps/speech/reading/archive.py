"""Recordings that are packed: unpacked once, into the user's cache folder."""

import hashlib
import lzma
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from gated.commands.progress import bar_of_bytes
from gated.errors import BadData, BadUsage
from gated.reading.cache import cache_folder
from gated.reading.files import open_bytes
from gated.whole import whole

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
    found = cache_folder() / "speech" / hashlib.sha256(key).hexdigest()[:16]
    if found.is_dir():
        return found
    try:
        with whole(found) as folder:
            folder.mkdir()
            _unpack(archive, folder)
    except OSError as error:
        if error.errno:
            where = f"{found}: {archive} cannot be unpacked there"
            raise BadUsage(f"{where}: {error.strerror}") from None
        raise BadData(f"{archive}: {error}, expected {_EXPECTED}") from None  # gzip's own
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, ValueError) as error:
        raise BadData(f"{archive}: {str(error).lower()}, expected {_EXPECTED}") from None
    return found


def _unpack(archive: Path, folder: Path) -> None:
    with (
        open(archive, "rb") as file,
        bar_of_bytes(archive.stat().st_size, "Unpacking speech", transient=True) as advance,
        tarfile.open(fileobj=file, mode="r|*") as members,
    ):
        read = 0
        for member in members:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts:
                raise BadData(f"{archive}: {member.name} would lie outside, expected no such path")
            packed = members.extractfile(member) if member.isfile() else None
            if packed and path.suffix.lower() in ENDINGS:
                if member.size > _LARGEST:
                    raise BadData(f"{archive}: {member.name} has {member.size:,} bytes, too many")
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with open(target, "wb") as sound:
                    shutil.copyfileobj(packed, sound)
            advance(file.tell() - read)
            read = file.tell()
