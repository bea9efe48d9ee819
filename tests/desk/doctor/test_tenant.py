"""The two values that the IT department sends, tested as they are typed: nobody signs in."""

from dataclasses import replace
from pathlib import Path

import pytest
from authority import APPLICATION, TENANT, Authority

from pscb_mail.desk.doctor.check import Result
from pscb_mail.desk.doctor.tenant import check_tenant
from pscb_mail.signin import Outside
from pscb_mail.signin.outside import Authorities


def test_a_tenant_that_microsoft_knows_is_told_from_one_that_it_does_not(tmp_path: Path) -> None:
    """And from a server that is away, which is no fault of anybody's typing."""
    with Authority(tmp_path) as server:
        outside = Outside(environment={}, folder=tmp_path / "own", authorities=server.authorities)
        known = check_tenant(TENANT, APPLICATION, outside)
        server.script("discovery", (400, {"error": "invalid_tenant"}))
        unknown = check_tenant("anytwon.example", APPLICATION, outside)
        server.script("discovery", (503, {}))
        busy = check_tenant(TENANT, APPLICATION, outside)
        assert server.pages == []
    assert (known.result, unknown.result, busy.result) == (Result.OK, Result.ERROR, Result.NOT_CHECKED)
    assert '"anytwon.example"' in unknown.detail
    assert "Copy both again" in unknown.hint


@pytest.mark.parametrize("tenant", ["", "../evil", "a b"])
def test_what_can_be_no_tenant_is_asked_about_nowhere(tmp_path: Path, tenant: str) -> None:
    """It would become part of an address."""
    away = replace(Outside(environment={}, folder=tmp_path), authorities=Authorities(microsoft="https://127.0.0.1:1"))
    assert check_tenant(tenant, APPLICATION, away).result is Result.ERROR
