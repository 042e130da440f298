"""How soon the page answers, and whether many people at once get their own answers: against a real server.

    python -m benchmarks.web latency --people 50000 --draws 100
    python -m benchmarks.web gestures --people 20000 --draws 100
    python -m benchmarks.web crowd --people 2000 --draws 12 --clients 10 --seconds 120

``latency`` waits until all draws are warm, then asks for strategies that the server has not seen, one gesture after
the other, and prints the seconds to the first figure and to the whole; one question comes while another is computed.
``gestures`` does the same in Chromium, by the browser's own clock: from the click to the frame that has the figures,
the page's own work included; exit status 1 if the slowest misses a bar.
``crowd`` has clients ask at random for a while: errors, answers unlike those of the same question asked alone, and
the memory of server and workers are counted.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from statistics import median
from typing import TypedDict

import psutil

BARS = {"first": 1.5, "whole": 10.0}
"""Seconds from a gesture to the first figure and to that of all draws."""
STARTED = "open http://127.0.0.1:"
Table = dict[str, object]


class Times(TypedDict):
    """Seconds from the gesture."""

    first: float
    whole: float
    partial: int


def server(people: int, draws: int) -> tuple[subprocess.Popen[str], int]:
    """A server of its own, and its port."""
    line = [sys.executable, "-m", "cli", "web", "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        [*line, "--people", str(people), "--draws", str(draws)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for text in process.stderr:
        print(text, end="", file=sys.stderr)
        if STARTED in text:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process, int(text.partition(STARTED)[2].partition("/")[0])
    raise SystemExit("the server did not start")


def settings(port: int) -> dict[str, dict[str, float]]:
    """What the server says of itself."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/settings")
    found: dict[str, dict[str, float]] = json.loads(connection.getresponse().read())
    return found


def warmed(port: int) -> float:
    """Seconds until all draws are warm."""
    begun = time.perf_counter()
    while (warm := settings(port)["warm"])["draws"] < warm["of"]:
        time.sleep(0.2)
    return time.perf_counter() - begun


def events(port: int, client: str, strategies: list[Table]) -> Iterator[tuple[float, dict[str, object]]]:
    """Events of one question, with the seconds since it was asked."""
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    body = json.dumps({"client": client, "strategies": strategies})
    connection.request("POST", "/api/answers", body, {"Content-Type": "application/json"})
    try:
        for line in connection.getresponse():
            yield time.perf_counter() - begun, json.loads(line)
    finally:
        connection.close()


def timed(port: int, client: str, strategies: list[Table]) -> Times:
    """Times of one question."""
    found: Times = {"first": 0.0, "whole": 0.0, "partial": 0}
    for seconds, event in events(port, client, strategies):
        if event["event"] == "answer":
            found["partial"] += 1
            found["first"] = found["first"] or seconds
            found["whole"] = seconds
        elif event["event"] not in ("accepted", "waiting", "progress"):
            raise SystemExit(json.dumps(event))
    return found


def strategy(number: int, levers: int = 2) -> Table:
    """One of many strategies, unlike the others."""
    dice = random.Random(number)
    kinds: list[Table] = [
        {"kind": "email", "every_weeks": dice.randint(8, 40), "intensity": round(dice.uniform(0.3, 1), 4)},
        {"kind": "doctors", "means": "prompt", "intensity": round(dice.uniform(0.2, 1), 4)},
        {"kind": "letter", "every_weeks": 26, "times": 2, "intensity": round(dice.uniform(0.2, 1), 4)},
        {"kind": "simplify", "intensity": round(dice.uniform(0.2, 1), 4)},
        {"kind": "pharmacist", "intensity": round(dice.uniform(0.05, 0.5), 4)},
    ]
    return {"title": {"en": f"Strategy {number}"}, "lever": dice.sample(kinds, levers)}


def broad() -> Table:
    """The widest mix that comes along, with another dose."""
    from scenarios.language.files import load_scenario
    from web.strategies import table_of

    table = table_of(load_scenario("mix-broad").text, "mix-broad")
    table["title"] = {"en": "Broad"}
    levers = table["lever"]
    assert isinstance(levers, list)
    levers[0]["intensity"] = 0.4321
    return table


def latency(people: int, draws: int) -> None:
    """Prints times of gestures."""
    process, port = server(people, draws)
    try:
        early = timed(port, "early-bird", [strategy(0)])
        print(f"asked at once: first figure {early['first']:.2f} s, whole {early['whole']:.1f} s")
        print(f"all {draws} draws warm {warmed(port):.1f} s later")
        before = worked(process)
        gestures = [timed(port, "one-person", [strategy(n, levers=1 + n % 3)]) for n in range(1, 7)]
        each = (worked(process) - before) / len(gestures)
        print(f"seconds of processor a gesture, all processes: {each:.1f} (load average {psutil.getloadavg()[0]:.1f})")
        for name in ("first", "whole"):
            seconds = [gesture[name] for gesture in gestures]
            print(f"{name}: median {median(seconds):.2f} s, worst {max(seconds):.2f} s of {len(seconds)} gestures")
        widest = timed(port, "one-person", [broad()])
        print(f"widest mix: first {widest['first']:.2f} s, whole {widest['whole']:.1f} s")
        threading.Thread(target=lambda: list(events(port, "one-person", [strategy(90)])), daemon=True).start()
        time.sleep(1.0)
        after = timed(port, "one-person", [strategy(91)])
        print(f"while a former gesture is computed: first {after['first']:.2f} s, whole {after['whole']:.1f} s")
        five = timed(port, "one-person", [strategy(n, levers=1 + n % 3) for n in range(1, 6)])
        print(f"five known ones side by side: first {five['first']:.2f} s, whole {five['whole']:.2f} s")
        print(f"memory: {taken(process) / 2**30:.2f} GiB")
    finally:
        process.terminate()
        process.wait(20)


def gestures(people: int, draws: int) -> int:
    """Prints times in the browser; returns the number of bars that are missed."""
    from benchmarks.gestures import watched

    process, port = server(people, draws)
    try:
        warmed(port)
        seen = watched(port)
        load = psutil.getloadavg()[0]
    finally:
        process.terminate()
        process.wait(20)
    missed = 0
    print(f"{people} people x {draws} draws, {len(seen)} gestures in Chromium, load average {load:.1f}")
    for name, bar in BARS.items():
        seconds = [one[name] for one in seen]
        kept = max(seconds) <= bar
        missed += not kept
        print(f"{name}: median {median(seconds):.2f} s, worst {max(seconds):.2f} s; "
              f"at most {bar} s: {'kept' if kept else 'MISSED'}")  # fmt: skip
    return missed


def worked(process: subprocess.Popen[str]) -> float:
    """Seconds that the server and its workers have had a processor."""
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(one.cpu_times().user + one.cpu_times().system for one in tree)


def taken(process: subprocess.Popen[str]) -> int:
    """Bytes of the server and its workers, memory that they share counted once."""
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(one.memory_full_info().pss for one in tree)


def crowd(people: int, draws: int, clients: int, seconds: float) -> int:
    """Prints what happened; returns the number of things that should not have."""
    process, port = server(people, draws)
    wrong: list[str] = []
    asked, answered, memory = [0] * clients, [0] * clients, list[int]()
    try:
        warmed(port)
        alone = {n: figures(port, "reference", n) for n in range(12)}
        memory.append(taken(process))
        end = time.perf_counter() + seconds

        def person(number: int) -> None:
            dice = random.Random(number)
            while time.perf_counter() < end:
                which = dice.randrange(12) if dice.random() < 0.4 else 100 + 1000 * number + asked[number]
                asked[number] += 1
                stop = dice.random() < 0.3
                try:
                    found = figures(port, f"person-{number:03d}", which, stop=stop)
                except Exception as error:
                    wrong.append(f"{type(error).__name__}: {error}")
                    continue
                if found is not None:
                    answered[number] += 1
                    if which in alone and found != alone[which]:
                        wrong.append(f"person {number}: strategy {which} has other figures")

        threads = [threading.Thread(target=person, args=(n,)) for n in range(clients)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(5)
            memory.append(taken(process))
        print(f"{clients} people, {seconds:.0f} s: {sum(asked)} questions, {sum(answered)} whole answers, "
              f"fewest of one person {min(answered)}, most {max(answered)}")  # fmt: skip
        half = len(memory) // 2
        print(f"memory: {memory[0] / 2**20:.0f} MiB before, {memory[half] / 2**20:.0f} half-way, "
              f"{memory[-1] / 2**20:.0f} at the end, {max(memory) / 2**20:.0f} at most")  # fmt: skip
        print("\n".join(wrong) or "no error, no answer of another question")
    finally:
        process.terminate()
        process.wait(20)
    return len(wrong)


def figures(port: int, client: str, number: int, *, stop: bool = False) -> object:
    """The figures of the whole answer to a strategy; ``None`` for a person who leaves after the first."""
    for _, event in events(port, client, [strategy(number)]):
        if event["event"] == "error":
            raise RuntimeError(json.dumps(event["error"]))
        if event["event"] == "answer":
            if event["final"]:
                answer = event["answer"]
                assert isinstance(answer, dict)
                shown = answer["scenarios"][1]
                if shown["title"] != f"Strategy {number}":
                    raise RuntimeError(f"the answer to {shown['title']}, not to Strategy {number}")
                return shown["measures"]
            if stop:
                return None
    raise RuntimeError("the stream ended without an answer")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web")
    parser.add_argument("what", choices=("latency", "gestures", "crowd"))
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=120)
    given = parser.parse_args()
    if given.what == "latency":
        latency(given.people, given.draws)
    elif given.what == "gestures":
        sys.exit(bool(gestures(given.people, given.draws)))
    else:
        sys.exit(bool(crowd(given.people, given.draws, given.clients, given.seconds)))


if __name__ == "__main__":
    main()
