"""Documents through the REST API: the result at once, as jobs, in every format."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import pytest
from conftest import FAST, Server, check_problem, make_pdf, wait_until
from PIL import Image

from docparse.schemas.document import Document


def submitted(client: httpx.Client, *documents: bytes, **fields: str) -> str:
    files = [("files", (f"{number}.pdf", data)) for number, data in enumerate(documents, 1)]
    answer = client.post("/v1/jobs", files=files, data={**FAST, **fields})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"
    assert int(answer.headers["retry-after"]) >= 1
    return str(answer.json()["id"])


def finished(client: httpx.Client, job: str) -> dict[str, object]:
    found = client.get(f"/v1/jobs/{job}", params={"wait": 30}).json()
    assert found["state"] not in ("queued", "running"), found
    return dict(found)


def test_parse_answers_with_the_result(client: httpx.Client, pdf: bytes) -> None:
    answer = client.post("/v1/parse", files={"file": ("a report.pdf", pdf)}, data=FAST)
    assert answer.status_code == 200, answer.text
    document = Document.model_validate_json(answer.content)
    assert document.source.name == "a report.pdf"
    assert len(document.pages) == 2
    assert "Heading 1" in document.to_text()
    assert answer.headers["x-job-state"] == "completed"
    assert client.get(f"/v1/jobs/{answer.headers['x-job-id']}").json()["state"] == "completed"


@pytest.mark.parametrize(
    ("format", "media", "text"),
    [
        ("html", "text/html", '<div class="page"'),
        ("md", "text/markdown", "Heading 1"),
        ("txt", "text/plain", "Heading"),
    ],
)
def test_formats(client: httpx.Client, pdf: bytes, format: str, media: str, text: str) -> None:
    answer = client.post("/v1/parse", params={"format": format, **FAST}, content=pdf)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(media)
    assert text in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_raw_body_with_options_in_the_query(client: httpx.Client, pdf: bytes) -> None:
    name = {"Content-Disposition": "attachment; filename*=UTF-8''%C3%A9t%C3%A9.pdf"}
    answer = client.post("/v1/parse", params={"pages": "2", **FAST}, content=pdf, headers=name)
    document = Document.model_validate_json(answer.content)
    assert [page.number for page in document.pages] == [2]
    assert document.source.name == "été.pdf"


def test_parse_without_waiting_gives_the_job(client: httpx.Client) -> None:
    answer = client.post("/v1/parse", params={"wait": 0, **FAST}, content=make_pdf())
    assert answer.status_code == 202
    job = answer.json()
    assert job["state"] in ("queued", "running")
    assert set(job["links"]) == {"self", "result", "events", "cancel"}
    result = client.get(job["links"]["result"], params={"wait": 30})
    assert result.status_code == 200


def test_many_files_one_of_them_bad(client: httpx.Client) -> None:
    locked = make_pdf(password="secret")
    job = submitted(client, make_pdf(1, "The first."), locked, make_pdf(2, "The third."))
    found = finished(client, job)
    assert found["state"] == "partial"
    assert [document["state"] for document in found["documents"]] == ["completed", "failed", "completed"]  # type: ignore[attr-defined]
    assert found["documents"][1]["error"]["code"] == "file_encrypted"  # type: ignore[index]

    path = f"/v1/jobs/{job}/result"
    check_problem(client.get(path), 400, "invalid_request")
    check_problem(client.get(path, params={"document": 2}), 422, "file_encrypted")
    check_problem(client.get(path, params={"document": 9}), 404, "not_found")
    assert "The third." in client.get(path, params={"document": 3, "format": "txt"}).text

    archive = zipfile.ZipFile(io.BytesIO(client.get(path, params={"format": "zip"}).content))
    manifest = json.loads(archive.read("manifest.json"))
    assert [item["state"] for item in manifest["documents"]] == ["completed", "failed", "completed"]
    assert {"1.html", "1.json", "1.md", "1.txt", "3.html"} <= set(archive.namelist())
    assert Document.model_validate_json(archive.read("3.json")).source.name == "3.pdf"


def test_password_in_a_field(client: httpx.Client) -> None:
    locked = make_pdf(1, "Behind a password.", password="säcret")
    problem = check_problem(client.post("/v1/parse", files={"file": locked}, data=FAST), 422, "file_encrypted")
    assert "`password`" in str(problem["user_action"])
    check_problem(
        client.post("/v1/parse", files={"file": locked}, data={**FAST, "password": "no"}), 422, "wrong_password"
    )
    answer = client.post(
        "/v1/parse", params={"format": "txt"}, files={"file": locked}, data={**FAST, "password": "säcret"}
    )
    assert "Behind a password." in answer.text
    job = client.get(f"/v1/jobs/{answer.headers['x-job-id']}")
    assert "säcret" not in job.text


def test_list_with_cursor_and_state(client: httpx.Client) -> None:
    made = [submitted(client, make_pdf()) for _ in range(3)]
    for job in made:
        finished(client, job)
    first = client.get("/v1/jobs", params={"limit": 2}).json()
    assert [job["id"] for job in first["jobs"]] == made[:0:-1]
    second = client.get("/v1/jobs", params={"limit": 2, "cursor": first["next"]}).json()
    assert second["jobs"][0]["id"] == made[0]
    failed = client.get("/v1/jobs", params={"state": "failed"}).json()["jobs"]
    assert all(job["state"] == "failed" for job in failed)


def test_pages_images_and_crops(client: httpx.Client) -> None:
    data = io.BytesIO()
    Image.effect_noise((400, 300), 60).convert("RGB").save(data, "PNG")
    job = submitted(client, make_picture_pdf(data.getvalue()), preset="embedded")  # it renders; the fast one does not
    assert finished(client, job)["state"] == "completed"
    document = client.get(f"/v1/jobs/{job}/result").json()
    found = client.get(f"/v1/jobs/{job}/pages/1").json()
    assert found["state"]["state"] == "done"
    assert found["page"] == document["pages"][0]

    picture = Image.open(io.BytesIO(client.get(f"/v1/jobs/{job}/pages/1/image").content))
    assert picture.size == (document["pages"][0]["image_width"], document["pages"][0]["image_height"])
    crops = [block["crop"] for block in document["pages"][0]["blocks"] if block.get("crop")]
    assert crops, "the page has a picture"
    assert "data" not in crops[0] or crops[0]["data"] is None
    cut = client.get(crops[0]["href"])
    assert cut.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(cut.content)).size == (crops[0]["width"], crops[0]["height"])
    whole = client.get(f"/v1/jobs/{job}/result", params={"expand": "crops"}).json()
    assert [block["crop"]["data"] for block in whole["pages"][0]["blocks"] if block.get("crop")]

    check_problem(client.get(f"/v1/jobs/{job}/pages/7"), 404, "not_found")
    check_problem(client.get(f"/v1/jobs/{job}/pages/7/image"), 404, "not_found")
    check_problem(client.get(f"/v1/jobs/{job}/pages/1/crops/p1-b99"), 404, "not_found")
    check_problem(client.get(f"/v1/jobs/{job}/pages/0"), 422, "invalid_value")


def make_picture_pdf(picture: bytes) -> bytes:
    import pymupdf

    document = pymupdf.open()
    page = document.new_page(width=400, height=500)
    page.insert_text((40, 60), "A page with a picture", fontsize=16)
    page.insert_image(pymupdf.Rect(60, 120, 340, 330), stream=picture)
    return bytes(document.tobytes())


def test_cancel(server: Server, client: httpx.Client) -> None:
    job = submitted(client, make_pdf(200))
    answer = client.delete(f"/v1/jobs/{job}")
    assert answer.status_code == 200
    assert answer.json()["state"] == "canceled"
    check_problem(client.delete(f"/v1/jobs/{job}"), 409, "job_terminal")
    check_problem(client.get(f"/v1/jobs/{job}/result"), 409, "job_canceled")


def test_purge_leaves_nothing(server: Server, client: httpx.Client) -> None:
    job = submitted(client, make_pdf(1, "To be deleted."))
    finished(client, job)
    assert client.delete(f"/v1/jobs/{job}", params={"purge": True}).status_code == 204
    check_problem(client.get(f"/v1/jobs/{job}"), 404, "not_found")
    wait_until(lambda: not [path for path in server.data.rglob("*") if job in str(path)])


def test_results_are_readable_many_times(client: httpx.Client) -> None:
    job = submitted(client, make_pdf())
    finished(client, job)
    assert len({client.get(f"/v1/jobs/{job}/result").content for _ in range(3)}) == 1


def test_result_of_a_job_under_way(client: httpx.Client) -> None:
    job = submitted(client, make_pdf(150))
    problem = check_problem(client.get(f"/v1/jobs/{job}/result"), 409, "not_ready")
    assert problem["retryable"] is True
    client.delete(f"/v1/jobs/{job}")


def test_page_states(client: httpx.Client) -> None:
    job = submitted(client, make_pdf(3))
    finished(client, job)
    pages = client.get(f"/v1/jobs/{job}", params={"expand": "pages"}).json()["pages"]
    assert [(page["number"], page["state"]) for page in pages] == [(1, "done"), (2, "done"), (3, "done")]


def test_known_document_is_not_read_again(client: httpx.Client) -> None:
    data = make_pdf(1, "Twice the same.")
    finished(client, submitted(client, data))
    again = finished(client, submitted(client, data))
    assert again["documents"][0]["cached"] is True  # type: ignore[index]
    page = client.get(f"/v1/jobs/{again['id']}/pages/1")
    assert page.json()["state"]["state"] == "done"
    assert client.get(f"/v1/jobs/{again['id']}/pages/1/image").status_code == 200


def test_switches_of_what_comes_after_reading(client: httpx.Client) -> None:
    switches = (
        "join", "dehyphenate", "running", "levels", "captions", "footnotes", "reorder", "correct", "retry", "witness",
    )  # fmt: skip
    answer = client.post("/v1/parse", params={**FAST, **dict.fromkeys(switches, "false")}, content=make_pdf())
    options = answer.json()["options"]
    assert {name: options[name] for name in switches} == dict.fromkeys(switches, False)
    fields = client.post("/v1/jobs", files={"files": ("x.pdf", make_pdf())}, data={**FAST, "running": "false"})
    assert fields.json()["options"]["running"] is False
    check_problem(client.post("/v1/parse", params={"levels": "maybe"}, content=make_pdf()), 422, "invalid_value")
