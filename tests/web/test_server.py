"""Routes, who may ask them, and the server as it runs: its start, its end, its check."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from starlette.testclient import TestClient

import mes
from foundation.errors import RunFailedError, UserError
from foundation.language.text import LANGUAGES
from model.terms.parameters import Structure
from scenarios.lever_schemas import KINDS
from web import serve
from web.alternatives import SHOWN
from web.explorer import Explorer
from web.guard import COOKIE, POLICY, Guard
from web.server import MOST_BYTES, application

HOST = "http://127.0.0.1:8765"
TOKEN = "a-token-that-nobody-guesses"
SMS = {"title": {"en": "Text <script>alert(1)</script>"}, "lever": [{"kind": "sms", "start": "2027-02-01"}]}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def client(made: Callable[..., Explorer]) -> Iterator[TestClient]:
    app = Guard(application(made()), token=None, hosts=("127.0.0.1", "localhost"))
    with TestClient(app, base_url=HOST) as found:
        yield found


def guarded(made: Callable[..., Explorer]) -> TestClient:
    return TestClient(Guard(application(made()), token=TOKEN, hosts=None), base_url="http://machine:8765")


def lines(client: TestClient, lang: str = "en", **body: object) -> list[dict[str, Any]]:
    answer = client.post(f"/api/answers?lang={lang}", json={"client": "test-client", **body})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_page_in_the_language_that_is_asked_for(client: TestClient) -> None:
    assert '<html lang="fr"' in client.get("/?lang=fr").text
    assert '<html lang="fr"' in client.get("/", headers={"accept-language": "fr-FR,fr;q=0.9"}).text
    assert '<html lang="en"' in client.get("/?lang=xx").text


def test_every_answer_says_what_a_browser_may_do(client: TestClient) -> None:
    for path in ("/", "/api/settings", "/nowhere"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe-inline" not in POLICY.partition("script-src")[2].partition(";")[0]


def test_settings_and_catalogue(client: TestClient) -> None:
    settings = client.get("/api/settings?lang=fr").json()
    assert (settings["people"], settings["draws"], settings["lang"]) == (300, 3, "fr")
    assert {one["key"] for one in settings["structures"]} == set(SHOWN)
    assert all(one["choice"] in Structure.choices()[one["key"]] for one in settings["structures"])
    for lang in LANGUAGES:
        found = client.get(f"/api/catalogue?lang={lang}").json()
        assert {kind["kind"] for kind in found["kinds"]} == set(KINDS)
        assert len(found["shipped"]) == 19
        for kind in found["kinds"]:
            assert all(kind[key] for key in ("title", "what", "intensity", "assumes", "paid", "fields", "prices"))
            assert kind["effects"] or kind["kind"] == "documents"
            for field in kind["fields"]:
                assert field["meaning"]
                assert field["type"] in {
                    "int", "float", "bool", "date", "dates", "name", "choice", "bursts", "target", "price",
                }  # fmt: skip
            assert all(one["low"] <= one["value"] <= one["high"] for one in (*kind["effects"], *kind["prices"]))


def test_a_file_comes_in_and_goes_out_again(client: TestClient) -> None:
    text = client.post("/api/toml", json={"strategy": SMS}).json()
    assert text["name"] == "text-script-alert-1-script"
    assert text["command"] == "mes run ./text-script-alert-1-script.toml --people 300 --draws 3"
    assert client.post("/api/parse", json={"toml": text["toml"], "name": "x"}).json()["table"] == SMS


def test_all_that_is_wrong_with_a_strategy_in_french(client: TestClient) -> None:
    wrong = {"title": {"en": "x"}, "lever": [{"kind": "sms", "times": 500, "start": "soon"}]}
    for path, body in (
        ("/api/toml", {"strategy": wrong}),
        ("/api/answers", {"client": "c" * 8, "strategies": [wrong]}),
    ):
        answer = client.post(f"{path}?lang=fr", json=body)
        error = answer.json()["error"]
        assert answer.status_code == error["status"] == 422
        assert [problem["key"] for problem in error["problems"]] == ["lever[1].start", "lever[1].times"]
        assert "est trop grand" in error["message"]
    early = {"title": {"en": "x"}, "lever": [{"kind": "sms", "start": "2026-02-01"}]}
    assert client.post("/api/toml?lang=fr", json={"strategy": early}).status_code == 422


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/nowhere", {}, 404),
        ("/static/no.js", {}, 404),
        ("/static/..%2f__init__.py", {}, 404),
        ("/static/.hidden", {}, 404),
        ("/api/folder", {}, 404),
        ("/", {"headers": {"host": "evil.example"}}, 403),
        ("/", {"headers": {"origin": "http://evil.example"}}, 403),
    ],
)
def test_what_is_not_given(client: TestClient, path: str, options: dict[str, Any], status: int) -> None:
    answer = client.get(path, **options)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"content": b"{}"}, 415),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"[" * 100_000, "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"\xff", "headers": {"content-type": "application/json"}}, 400),
        ({"json": []}, 400),
        ({"json": {"toml": 3}}, 400),
        ({"json": {"toml": "x" * 210_000}}, 413),
        ({"json": {"toml": "x" * MOST_BYTES}}, 413),
        ({"json": {"toml": "a = [" + "[" * 50_000}}, 422),
        ({"json": {"toml": ""}}, 422),
    ],
)
def test_what_is_no_upload(client: TestClient, options: dict[str, Any], status: int) -> None:
    answer = client.post("/api/parse?lang=fr", **options)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_messages_are_french(client: TestClient) -> None:
    for path, options in (("/nowhere", {}), ("/", {"headers": {"host": "evil.example"}}), ("/api/folder", {})):
        found = (client.get(f"{path}?lang={lang}", **options).json()["error"]["message"] for lang in LANGUAGES)  # type: ignore[arg-type]
        assert len(set(found)) == 2, path


def test_the_token(made: Callable[..., Explorer]) -> None:
    client = guarded(made)
    assert client.get("/").status_code == client.get("/api/settings").status_code == 401
    assert client.get("/?token=wrong").status_code == 401
    assert client.get("/healthz").text == "ok"
    assert client.get("/api/settings", headers={"x-mes-token": TOKEN}).status_code == 200
    let_in = client.get(f"/?lang=fr&token={TOKEN}", follow_redirects=False)
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/?lang=fr")
    assert {"httponly", "samesite=strict"} <= {part.strip().lower() for part in let_in.headers["set-cookie"].split(";")}
    assert client.cookies[COOKIE] == TOKEN
    assert client.get("/").status_code == 200


def test_an_answer_in_lines(client: TestClient) -> None:
    found = lines(client, strategies=[SMS])
    assert found[0]["event"] == "accepted"
    assert found[-1]["final"]
    assert found[-1]["answer"]["scenarios"][1]["title"] == SMS["title"]["en"]  # type: ignore[index]
    again = lines(client, strategies=[SMS])
    assert [event["event"] for event in again] == ["accepted", "answer"]  # nothing is computed twice
    assert again[-1]["answer"] == found[-1]["answer"]


def test_a_failing_draw_is_told(made: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(task: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr("web.pool.compute", fails)
    with TestClient(application(made()), base_url=HOST) as client:
        last = lines(client, strategies=[SMS])[-1]
    assert last["event"] == "error"
    assert (last["error"]["status"], "no such thing" in last["error"]["message"]) == (500, True)


def test_downloads(client: TestClient) -> None:
    lines(client, strategies=[SMS])
    body = {"client": "test-client", "strategies": [SMS]}
    for what, name in (("toml", "text-script-alert-1-script.toml"), ("csv", "text-script-alert-1-script.fr.csv")):
        file = client.post("/api/download?lang=fr", json={**body, "what": what})
        assert file.status_code == 200
        assert file.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert client.post("/api/download", json={**body, "what": "gif"}).status_code == 422


def test_a_run_folder_is_opened(made: Callable[..., Explorer], tmp_path: Path) -> None:
    mes.compare(["sms-reminders"], people=300, draws=2, out=tmp_path / "kept")
    with TestClient(application(made(folder=tmp_path / "kept")), base_url=HOST) as client:
        found = client.get("/api/folder?lang=fr").json()
    assert found["name"] == "kept"
    assert [one["name"] for one in found["answer"]["scenarios"]] == ["status-quo", "sms-reminders"]
    assert found["strategies"][1]["lever"][0]["kind"] == "sms"


def test_beyond_this_machine_a_token_is_made() -> None:
    for host, wanted in (("0.0.0.0", True), ("127.0.0.1", False), (None, False)):
        place, bound = serve.placed(host, 0, None)
        bound.close()
        assert (place.token is not None) == wanted
        assert wanted == ("?token=" in place.address)
    with pytest.raises(UserError, match="too short"):
        serve.placed(None, 0, "short")
    with pytest.raises(UserError, match="can't listen there"):
        serve.placed("192.0.2.1", 0, None)
    taken, bound = serve.placed(None, 0, None)
    with bound:
        bound.listen()
        with pytest.raises(UserError, match="another --port"):
            serve.placed(None, taken.port, None)


def test_the_check_fails_where_nothing_answers(made: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.server.page.render", lambda *given: "nothing")
    place, bound = serve.placed(None, 0, None)
    with bound, pytest.raises(RunFailedError, match="did not answer: /"):
        serve.checked(made(), place, bound, "en")


def started(*words: str) -> tuple[subprocess.Popen[str], str]:
    """`mes web`, and the address that it prints."""
    line = [sys.executable, "-m", "cli", "web", "--no-browser", "--port", "0", "--people", "300", "--draws", "2"]
    process = subprocess.Popen([*line, *words], stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)
    assert process.stderr is not None
    for text in process.stderr:
        if "http://" in text:
            return process, "http://" + text.partition("http://")[2].split()[0]
    raise AssertionError("it did not start")


def test_it_starts_answers_and_ends_at_once_without_leaving_anything() -> None:
    import httpx2 as httpx

    process, address = started()
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            question = {"client": "test-client", "strategies": [SMS]}
            events = client.post("/api/answers", json=question).text.splitlines()
            assert json.loads(events[-1])["final"]
        below = psutil.Process(process.pid).children(recursive=True)
        assert below
        begun = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
        assert time.monotonic() - begun < 5
        assert psutil.wait_procs(below, timeout=10)[1] == []
    finally:
        process.kill()


def test_who_leaves_makes_room() -> None:
    import httpx2 as httpx

    process, address = started("--clients", "1", "--people", "5000", "--draws", "100")
    try:
        with httpx.Client(base_url=address, timeout=60) as client:
            asked = {"client": "test-client", "strategies": [SMS]}
            with client.stream("POST", "/api/answers", json=asked) as answer:
                told = answer.iter_lines()  # which closes the connection once it is forgotten
                assert json.loads(next(told))["event"] == "accepted"
                other = client.post("/api/answers", json={**asked, "client": "another-client"})
                assert other.status_code == 429
                del told
            for _ in range(50):  # the server sees at the end of a draw that nobody listens
                with client.stream("POST", "/api/answers", json={**asked, "client": "another-client"}) as answer:
                    if answer.status_code == 200:
                        break
                time.sleep(0.2)
            assert answer.status_code == 200
    finally:
        process.kill()


@pytest.mark.slow
def test_a_killed_server_leaves_no_process_and_a_new_one_says_the_same() -> None:
    import httpx2 as httpx

    said = []
    for _ in range(2):
        process, address = started()
        with httpx.Client(base_url=address, timeout=60) as client:
            question = {"client": "test-client", "strategies": [SMS]}
            said.append(json.loads(client.post("/api/answers", json=question).text.splitlines()[-1]))
        below = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        assert psutil.wait_procs(below, timeout=10)[1] == []
    assert said[0] == said[1]


@pytest.mark.slow
def test_the_check() -> None:
    line = [sys.executable, "-m", "cli", "web", "--check", "--port", "0", "--people", "300", "--draws", "2"]
    assert subprocess.run(line, cwd=ROOT, capture_output=True, check=False).returncode == 0
