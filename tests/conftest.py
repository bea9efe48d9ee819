"""What all tests share: a terminal of one width, without colours, whatever runs them."""

import gc
import os
from collections.abc import Iterator

import pytest

# rich asks once, when the program's consoles are made.
os.environ["COLUMNS"] = "120"
os.environ["NO_COLOR"] = "1"


@pytest.fixture(autouse=True)
def _no_collection_in_the_deep(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the collector away from tests that run the stack full: a finaliser has no room to run there, and complains."""
    if request.node.get_closest_marker("deep") is None:
        yield
        return
    gc.collect()
    gc.disable()
    yield
    gc.enable()
