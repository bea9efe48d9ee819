"""What all tests share: a terminal of one width, without colours, a place to write, and how hard they try."""

import gc
import os
from collections.abc import Iterator

import hypothesis
import pytest
from effort import LONG, folder_in_memory

# rich asks once, when the program's consoles are made.
os.environ["COLUMNS"] = "120"
os.environ["NO_COLOR"] = "1"

# Where pytest makes the folders of its tests; `--basetemp` still goes before it.
if (memory := folder_in_memory()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)

# The same examples in every usual run, so that it fails for whoever broke something; a long one looks for new ones.
hypothesis.settings.register_profile("usual", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("long" if LONG else "usual")


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
