"""A browser's session: the key in a cookie, and what it may not be used for."""

from __future__ import annotations

import httpx
from conftest import FAST, Server, check_problem, make_pdf


def test_open_service_needs_none(client: httpx.Client) -> None:
    assert client.get("/v1/session").json() == {
        "mode": "service", "key_needed": False, "signed_in": True, "tenant": "default", "job": None,
    }  # fmt: skip


def test_sign_in_and_out(tight: Server) -> None:
    key = tight.key("browser")
    with tight.client() as browser:
        assert browser.get("/v1/session").json()["key_needed"]
        check_problem(browser.post("/v1/session"), 401, "key_missing")
        check_problem(browser.post("/v1/session", headers={"Authorization": "Bearer nonsense"}), 401, "key_invalid")
        answer = browser.post("/v1/session", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        session = browser.get("/v1/session").json()
        assert (session["signed_in"], session["tenant"], session["key_needed"]) == (True, "browser", False)
        assert browser.get("/v1/jobs").status_code == 200
        assert browser.delete("/v1/session", headers={"Origin": tight.address}).status_code == 204
        check_problem(browser.get("/v1/jobs"), 401, "key_missing")


def test_the_cookie_changes_nothing_for_another_page(tight: Server) -> None:
    key = tight.key("browser-two")
    with tight.client() as browser:
        browser.post("/v1/session", headers={"Authorization": f"Bearer {key}"})
        for origin in ({}, {"Origin": "https://example.com"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}):
            answer = browser.post("/v1/parse", params=FAST, content=make_pdf(), headers=origin)
            check_problem(answer, 403, "forbidden")
        own = browser.post("/v1/parse", params=FAST, content=make_pdf(), headers={"Origin": tight.address})
        assert own.status_code == 200, own.text
