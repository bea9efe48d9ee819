"""An empty list in a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from the_list import TheList

from pscb_mail.database import open_database


@pytest.fixture
def people(tmp_path: Path) -> Iterator[TheList]:
    db = open_database(tmp_path / "pscb-mail.db")
    yield TheList(db)
    db.close()
