"""An issue under check, made of a few lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pscb_mail.issues.parsing import parse
from pscb_mail.issues.preflight.manuscript import Manuscript, manuscript
from pscb_mail.issues.source import read_source
from pscb_mail.settings import Newsletter, Settings

FRONT = """\
---
number: 18
date: 2010-10-31
title: "Newsletter 18: October 2010"
preheader: "Front door workshop, the Munro review, training dates to Christmas"
---
"""


@pytest.fixture
def settings() -> Settings:
    newsletter = Newsletter(
        name="PSCB Newsletter",
        **{"from": "newsletter@pscb.example"},
        postal_address="The Board, 7 Broad Way, Peterborough PE1 1AA",
        website="https://www.pscb.example",
        urgent="Worried about a child? Ring 01632 960180.",
    )
    return Settings(newsletter=newsletter)


@pytest.fixture
def manuscript_of(tmp_path: Path, settings: Settings) -> Callable[..., Manuscript]:
    """Return an issue taken apart; `front` takes the place of the usual front matter (six lines and a blank one)."""

    def make(body: str, front: str = FRONT) -> Manuscript:
        path = tmp_path / "issue-18.md"
        path.write_text(f"{front}\n{body}\n", encoding="utf-8")
        source = read_source(path)
        return manuscript(source, settings, parse(source), None)

    return make
