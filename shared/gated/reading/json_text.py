"""JSON, read strictly."""

import json
from typing import Any

from gated.errors import BadData


def parse_json(text: str | bytes, name: str, line: int = 1) -> Any:
    """What a text in JSON holds, the first line of which has a number in the file `name`.

    Raises BadData, with name and line, where it is not JSON, or holds what no text has.
    """
    try:
        found = json.loads(text)
        # JSON can name a half of a surrogate pair.
        json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise BadData(f"{name}:{line + error.lineno - 1}: not JSON: {error.msg}") from None
    except UnicodeDecodeError:
        raise BadData(f"{name}: not UTF-8, expected JSON") from None
    except UnicodeEncodeError:
        raise BadData(f"{name}:{line}: half of a surrogate pair, expected Unicode text") from None
    except RecursionError:
        raise BadData(f"{name}:{line}: JSON nested too deep") from None
    except ValueError as error:  # a number of thousands of digits
        raise BadData(f"{name}:{line}: not JSON: {error}") from None
    return found
