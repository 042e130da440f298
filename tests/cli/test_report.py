"""The report: numbers trace to files and can be worked out again; the page is sound in both languages."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from math import isclose, isinf
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from calibration.draws.posteriors import posterior_named
from calibration.facts.inputs import load_costs
from cli.main import app
from foundation.errors import UserError
from foundation.store import manifest as manifests
from model.terms.parameters import Structure
from report.plan import read_plan
from scenarios.compare.comparison import load
from scenarios.costs import SHIPPED
from scenarios.own_costs import sha256_of
from tests.cli.tracing import Folder, Page, where_of

Mes = Callable[..., Result]
ARGUMENTS = (
    "compare",
    "media",
    "simplified-signup",
    "assisted-offline",
    "mix-digital",
    "--people",
    "2000",
    "--draws",
    "5",
    "--target",
    "60",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished comparison with its report in both languages."""
    path = tmp_path_factory.mktemp("report") / "r"
    result = CliRunner().invoke(app, [*ARGUMENTS, "--workers", "1", "--pictures", "none", "--out", str(path)])
    assert result.exit_code == 0, result.stderr
    for lang in ("en", "fr"):
        result = CliRunner().invoke(app, ["report", str(path), "--lang", lang])
        assert result.exit_code == 0, result.stderr
        assert result.stdout.strip() == str(path / f"report.{lang}.html")
    return path


def text_of(folder: Path, lang: str) -> str:
    return (folder / f"report.{lang}.html").read_text(encoding="utf-8")


def mismatches(folder: Path, page: Page, *others: Path) -> list[str]:
    """Numbers of a page that its files don't give; ``others`` are the folders that go with the run."""
    source, wrong = Folder(folder, *others), []
    for attributes, text in page.numbers:
        stats = (attributes["data-stat"] or "").split()
        file, measure = str(attributes["data-file"]), str(attributes["data-measure"])
        found = source.value(file, measure, where_of(attributes), stats)
        said = [attributes["value"]] if stats == ["value"] else str(attributes["value"]).split(" ")
        if not all(agree(one, other) for one, other in zip(said, found, strict=True)):
            wrong.append(f"{measure} {attributes['data-where']}: {said}, not {found} ({text})")
    return wrong


def agree(said: str | None, found: object) -> bool:
    if not isinstance(found, int | float):
        return said == str(found)
    if said == "undefined":
        return isinf(found) or found != found
    return isclose(float(str(said)), float(found), rel_tol=2e-5, abs_tol=1e-7)


def test_every_number_can_be_worked_out_again_from_the_files_it_names(folder: Path) -> None:
    page = Page(text_of(folder, "en"))
    assert len(page.numbers) > 400
    assert mismatches(folder, page) == []


def test_a_changed_file_would_be_noticed(folder: Path, tmp_path: Path) -> None:
    """Negative control: a tenth of a million more, or ten members less, and the numbers no longer agree."""
    for name, column in (("outcomes", "additional_millions"), ("equity", "activated")):
        other = tmp_path / name
        shutil.copytree(folder, other)
        frame = pd.read_parquet(other / f"{name}.parquet")
        frame.assign(**{column: frame[column] * 1.01}).to_parquet(other / f"{name}.parquet")
        assert len(mismatches(other, Page(text_of(folder, "en")))) > 5


def test_numbers_read_as_their_values(folder: Path) -> None:
    read_as_their_values(Page(text_of(folder, "fr")))


def read_as_their_values(page: Page) -> None:
    """The first number of the text is the first value, rounded as shown (shares as per cent, millions of a region
    multiplied as ``data-times`` says)."""
    for attributes, text in page.numbers:
        first = re.match(r"[+<>]?\s?(−?\d(?:\u202f?\d)*(?:,\d+)?)(\u202f%)?", text)
        values = str(attributes["value"]).split(" ")
        if bound := re.match(r"([<>])\u202f(\d+)\u202f%", text):  # of the Jeffreys interval, on the safe side
            if len(values) < 3:
                continue  # a share alone
            low, high = map(float, values[1:3])
            beyond = float(bound[2]) / 100 - high if bound[1] == "<" else low - float(bound[2]) / 100
            assert -1e-6 <= beyond <= 0.01, text
            continue
        if first is None or values[0] == "undefined" or "reached" in str(attributes["data-measure"]):
            continue
        if not re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", values[0]):
            continue  # a date or a version
        shown = float(first[1].replace("\u202f", "").replace("−", "-").replace(",", "."))
        decimals = len(first[1].partition(",")[2])
        times = float(attributes.get("data-times") or 1) * (100 if first[2] else 1)
        assert shown == pytest.approx(times * float(values[0]), abs=0.51 * 10**-decimals), text


def test_both_languages_hold_the_same_numbers(folder: Path) -> None:
    english, french = ([attributes for attributes, _ in Page(text_of(folder, lang)).numbers] for lang in ("en", "fr"))
    assert english == french


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_page_is_sound(folder: Path, lang: str) -> None:
    text = text_of(folder, lang)
    page = Page(text)
    assert next(page.all("html"))["lang"] == lang
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)), "ids are unique"
    links = [str(attributes["href"]) for attributes in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert links[0] == "#answer", "the skip link comes first"
    assert list(page.all("script")) == []
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), "no level is skipped"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(list(page.all(landmark))) == 1
    assert all(attributes.get("aria-labelledby") in ids for attributes in page.all("section"))
    tables, captions = len(list(page.all("table"))), len(list(page.all("caption")))
    assert tables == captions >= 8
    assert all(attributes.get("scope") for attributes in page.all("th"))
    figures = [attributes for _, attributes, _ in page.elements if attributes.get("role") == "img"]
    assert all(len(str(attributes["aria-label"])) > 60 for attributes in figures)
    drawn = [(attributes, path) for tag, attributes, path in page.elements if tag == "svg"]
    over = [attributes for attributes, _ in drawn if attributes.get("class") == "spots"]
    assert all(a.get("aria-hidden") == "true" for a, _ in drawn if a not in over), "pictures have words beside"
    assert len(over) == 4, "two pictures in two shapes"
    groups = {str(attributes["name"]) for attributes in page.all("input")}
    assert groups == {"curves-wide", "curves-narrow", "costs-wide", "costs-narrow"}, "a stop of the Tab key each"
    for group in groups:
        radios = [attributes for attributes in page.all("input") if attributes["name"] == group]
        assert [("checked" in attributes) for attributes in radios] == [False] * (len(radios) - 1) + [True]
        assert all(attributes["type"] == "radio" and len(str(attributes["aria-label"])) > 20 for attributes in radios)
    hidden = re.findall(r'aria-hidden="true"[^>]*>(?:(?!</g>|</svg>).)*<input', text, flags=re.DOTALL)
    assert not hidden, "what can be reached isn't hidden"
    captions_of = list(page.all("figure"))
    assert captions_of
    assert all(attributes["role"] == "figure" and attributes["aria-label"] for attributes in captions_of)
    scrolled = [attributes for _, attributes, _ in page.elements if attributes.get("class") == "scroll"]
    assert all(attributes["tabindex"] == "0" and attributes["aria-label"] for attributes in scrolled)
    assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL), "no text is left unfilled"


def sections(text: str) -> list[str]:
    """What comes in the page, in order: its sections and the table of contents."""
    return re.findall(r'<(?:section|nav) aria-labelledby="(\w+)"', text)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_first_page_answers_alone(folder: Path, lang: str) -> None:
    """Question, answer, one picture, what to know before use, and the way to the rest."""
    text = text_of(folder, lang)
    first, rest = text.split('<section aria-labelledby="strategies">')
    assert sections(first) == ["answer", "contents"]
    page = Page(first[first.index("<body>") :].replace('<main id="main">', "").replace("<body>", ""))
    assert len([1 for _, attributes, _ in page.elements if attributes.get("role") == "img"]) == 1
    linked = [str(a["href"])[1:] for _, a, path in page.elements if a.get("href") and "nav" in path]
    assert linked == ["strategies", *sections(rest)]
    assert {"#hindcast", "#limits"} <= set(re.findall(r'href="(#\w+)"', first)), "what to know before use"
    assert 'section[aria-labelledby="strategies"] { break-before: page; }' in text


def test_the_report_says_how_earlier_forecasts_would_have_done(folder: Path) -> None:
    text = text_of(folder, "en")
    part = text.split('<section aria-labelledby="hindcast">')[1].split("</section>")[0]
    numbers = [(a["data-where"], a["data-measure"], a["value"]) for a, _ in Page(part).numbers]
    losses = [float(str(v)) for w, m, v in numbers if m == "crps_millions" and str(w).endswith("from_days=183")]
    assert len(losses) == 12
    assert losses == sorted(losses), "the smallest first, whoever's it is"
    assert "bass-fixed" in str(numbers[0][0]), "the model isn't first"
    assert part.count("its structure and priors") == 2
    assert part.count("the choice of the method") == 3
    assert "mes hindcast --out" in part


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_tables_say_what_their_heads_are_of(folder: Path, lang: str) -> None:
    text = text_of(folder, lang)
    page = Page(text)
    groups = [path for tag, attributes, path in page.elements if attributes.get("scope") == "rowgroup"]
    assert groups
    assert all("tbody" in path for path in groups)
    bodies = re.findall(r"<tbody>(.*?)</tbody>", text, flags=re.DOTALL)
    assert all(body.count('scope="rowgroup"') <= 1 for body in bodies), "a body of rows a head"
    assert all(body.strip().startswith("<tr") for body in bodies)
    heads = re.findall(r"<thead>(.*?)</thead>", text, flags=re.DOTALL)
    assert all("<td></td>" not in head.split("<tr>")[-1] for head in heads), "each column has a head"
    assert ("docs/accessibility.fr.md" if lang == "fr" else "docs/accessibility.md") in text


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_is_fetched(folder: Path, lang: str) -> None:
    page = Page(text_of(folder, lang))
    fetched = [
        str(attributes.get(name))
        for tag, attributes, _ in page.elements
        for name in ("src", "srcset", "href", "xlink:href", "data", "poster")
        if attributes.get(name) and tag not in ("a", "data")
    ]
    assert all(address.startswith(("#", "data:")) for address in fetched)
    style = re.findall(r"<style>(.*?)</style>", text_of(folder, lang), flags=re.DOTALL)
    assert not re.search(r"@import|url\((?!#)", "".join(style))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_date_of_every_strategy_stands_in_a_table(folder: Path, lang: str) -> None:
    manifest, text = manifests.read(folder), text_of(folder, lang)
    table = re.search(
        r"<caption><span>(?:When the target of|Quand l’objectif de)\s60\smillion.*?</table>", text, flags=re.DOTALL
    )
    assert table
    told = [attributes for attributes, _ in Page(table[0].partition("</caption>")[2].removesuffix("</table>")).numbers]
    assert {where_of(attributes)["scenario"] for attributes in told} == {one["name"] for one in manifest["scenarios"]}
    assert {attributes["data-measure"] for attributes in told} == {
        "reached_date",
        "reached_by:2027-12-31",
        "reached_by:2028-12-31",
    }


def test_the_answer_says_plainly_that_the_target_is_missed(folder: Path) -> None:
    assert "<strong>not reachable</strong>" in text_of(folder, "en")
    assert "<strong>pas atteignable</strong>" in text_of(folder, "fr")
    assert "mes plan" in text_of(folder, "en"), "no plan: the report says what makes one"


@pytest.mark.slow
def test_a_single_scenario_has_a_report_too(mes: Mes, tmp_path: Path) -> None:
    assert mes("run", "status-quo", "--people", "1000", "--draws", "2", "--workers", "1", "--out", "one").exit_code == 0
    result = mes("report", "./one", "--out", "page.html", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["report"] == "page.html"
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert mismatches(tmp_path / "one", page) == []


def test_bad_folders(mes: Mes, folder: Path, tmp_path: Path) -> None:
    assert mes("report", "nowhere").exit_code == 2
    (tmp_path / "empty").mkdir()
    result = mes("report", "empty")
    assert (result.exit_code, "not a run folder" in result.stderr) == (2, True)
    result = mes("report", folder, "--out", "missing/page.html")
    assert (result.exit_code, "can't be written" in result.stderr) == (2, True)
    result = mes("report", folder, "--plan", "empty")
    assert (result.exit_code, "mes plan --budget" in result.stderr) == (2, True)


@pytest.mark.usefixtures("undrawn")
def test_data_that_have_changed_since_the_run_are_named(mes: Mes, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    manifest = manifests.read(other)
    manifests.write(other, {**manifest, "data": {**manifest["data"], "costs.csv": "0" * 64}})
    assert mes("report", "./other", "--out", "page.html").exit_code == 0
    assert "have changed since the run: costs.csv" in (tmp_path / "page.html").read_text(encoding="utf-8")


FEW = ("--people", "2000", "--draws", "4", "--workers", "1", "--pictures", "none")
OF_THE_COUNTRY = {
    "en": ("Published counts", "short of the country", "mes uncertainty", "mes sensitivity", "other regions"),
    "fr": ("Comptages publiés", "mes uncertainty", "mes sensitivity", "autres régions"),
}
"""What no report of a region says."""


@pytest.fixture(scope="module")
def of_region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of a region of which no count is known."""
    path = tmp_path_factory.mktemp("region") / "r"
    words = ["compare", "media", "simplified-signup", "--region", "Outre-mer (DROM)", *FEW, "--out", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0
    return path


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.usefixtures("undrawn")
def test_a_region_has_a_report_of_its_own(mes: Mes, of_region: Path, tmp_path: Path, lang: str) -> None:
    """In thousands, at its share of the target, without a word that is true of the country only."""
    result = mes("report", of_region, "--lang", lang, "--out", "page.html")
    assert result.exit_code == 0, result.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert mismatches(of_region, page) == []
    if lang == "fr":
        read_as_their_values(page)
    heading = re.findall(r"<h1>(.*?)</h1>", text)[0]
    assert heading.startswith("Overseas (DROM). " if lang == "en" else "Outre-mer (DROM). ")
    plain = re.sub(r"<[^>]+>|\s", " ", text)
    for words in OF_THE_COUNTRY[lang]:
        assert words not in plain, words
    added = [a for a, _ in page.numbers if a["data-measure"] == "additional_millions"]
    assert {a.get("data-times") for a in added} == {"1000"}
    target = next(said for a, said in page.numbers if a["data-measure"] == "target_millions")
    assert target == ("1.32" if lang == "en" else "1,32")
    assert ("No count of the region is known" if lang == "en" else "Aucun comptage de la région") in text
    assert "mes plan --budget 2M --region &#39;Outre-mer (DROM)&#39;" in text
    assert [a["href"] for a in page.all("a")].count("#split") == 0
    assert text.count("helps them most" if lang == "en" else "aide le plus ces personnes") == 1


@pytest.mark.usefixtures("undrawn")
def test_what_goes_with_the_report_of_a_region_is_of_that_region(mes: Mes, of_region: Path, tmp_path: Path) -> None:
    refused = mes("report", of_region, "--uncertainty", of_region, "--out", "x.html")
    assert (refused.exit_code, "of the whole country, the run of Outre-mer" in refused.stderr) == (2, True)
    (tmp_path / "plan").mkdir()
    share = {"target_millions": 1.32, "horizon": "2027-12-31"}
    for own, said in (
        ({}, "region is the country, but Outre-mer (DROM) in the run"),
        ({"region": "Bretagne"}, "region is Bretagne"),
        ({"region": "Outre-mer (DROM)", "target_on": "users"}, "target_on is users, but activated in the run"),
        ({"region": "Outre-mer (DROM)", "level": {"folder": "l", "sha256": "0"}}, "local level of Outre-mer (DROM) is"),
    ):
        (tmp_path / "plan" / "plan.json").write_text(json.dumps({**PLAN, **share, **own}), encoding="utf-8")
        refused = mes("report", of_region, "--plan", "plan", "--out", "x.html")
        assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr
    own_plan = {**PLAN, **share, "region": "Outre-mer (DROM)", "level": None, "continued": False}
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(own_plan), encoding="utf-8")
    assert mes("report", of_region, "--plan", "plan", "--out", "planned.html").exit_code == 0
    planned = Page((tmp_path / "planned.html").read_text(encoding="utf-8"))
    assert mismatches(of_region, planned, tmp_path / "plan") == []
    times = {a["data-measure"]: a.get("data-times") for a, _ in planned.numbers if a["data-file"] == "plan.json"}
    assert (times["result.additional"], times["mix.cost"], times["budget_millions_eur"]) == ("1000", "1000", None)


def test_a_target_on_users_has_a_report_of_users(mes: Mes, tmp_path: Path) -> None:
    """The verdict, the order of strategies, the curves and what is left to the target are of monthly users."""
    names = ("media", "simplified-signup", "mix-digital")
    assert mes("compare", *names, "--target", "users=8M", *FEW, "--out", "r").exit_code == 0
    outcomes = pd.read_parquet(tmp_path / "r" / "outcomes.parquet")
    medians = outcomes.groupby("scenario")["additional_monthly_users_millions"].median().drop("status-quo")
    for lang, of_users, curves in (
        ("en", "monthly users", "Curves of monthly users"),
        ("fr", "d’utilisateurs mensuels", "Courbes des utilisateurs mensuels"),
    ):
        result = mes("report", "r", "--lang", lang, "--out", "page.html")
        assert result.exit_code == 0, result.stderr
        text = (tmp_path / "page.html").read_text(encoding="utf-8")
        page = Page(text)
        assert mismatches(tmp_path / "r", page) == []
        measures = {str(a["data-measure"]) for a, _ in page.numbers}
        assert {"target_less_monthly_users_millions", "adds_most_users", "cost_per_lasting_user_eur"} <= measures
        assert not {"target_less_activated_millions", "adds_most"} & measures
        verdict = re.search(r'<p class="verdict">(.*?)</p>', text, flags=re.DOTALL)
        assert verdict
        assert of_users in verdict[1]
        assert "activated" not in verdict[1]
        told = [where_of(a)["scenario"] for a, _ in page.numbers if a["data-measure"] == "doctor_minutes_millions"]
        assert told == ["status-quo", *medians.sort_values(ascending=False, kind="stable").index]
        alts = [str(a["aria-label"]) for _, a, _ in page.elements if a.get("role") == "img"]
        assert alts[0].startswith(curves)
        assert "mes plan --budget 60M --target users=8M" in text, "the plan that goes with it"


def test_the_curves_of_users_are_those_of_the_frame() -> None:
    """Of a made-up draw: the ends of months as they are, between them a straight line, nothing before the launch."""
    from model.terms.use import months
    from report.numbers import Numbers

    users = pd.DataFrame({"scenario": "status-quo", "draw": 0, "month": ["2022-02", "2022-03"], "users": [4e5, 8e5]})
    numbers = Numbers.__new__(Numbers)
    numbers.users, numbers.times, numbers.total = True, 1000.0, "monthly_users_millions"
    numbers.frames = {"users": users, "weekly": pd.DataFrame({"week": range(12)})}
    weekly = numbers.weekly.set_index("week")["activated"]
    first, second = map(int, months().end[:2])
    assert weekly[0] == 0
    assert (weekly[first], weekly[second]) == (4e8, 8e8), "in thousands of a region"
    assert weekly[first + 1] == pytest.approx(4e8 + 4e8 / (second - first))
    assert weekly[11] == 8e8


MIXES = (("frontier", 10.0, 9.0, 2.0), ("asked", 60.0, 55.0, 4.5), ("reach", None, 310.0, 7.3))
PLAN = {
    "horizon": "2027-12-31", "policy_start": "2027-01-04", "target_millions": 60.0, "budget_millions_eur": 60.0,
    "budget_by_year": {}, "years": [], "prices": {SHIPPED: sha256_of(load_costs())},
    "best": [{"scenario": name, "probability_best": chance, "probability_best_low": chance - 0.1,
              "probability_best_high": chance + 0.1, "regret_mean": 0.3}
             for name, chance in (("", 0.7), ("media", 0.3))],
    "effects": {}, "drivers": {}, "averaged": {}, "structure": vars(Structure()), "continued": True,
    "posterior": {"file": "posterior/default.parquet",
                  "sha256": posterior_named("posterior/default.parquet").sha256},
    "fresh_draws": list(range(40)), "quick": True, "fair": False, "fair_points": 0.1,
    "groups": [{"dimension": "age_band", "group": group, "further_behind_points": points, "further_behind_error": 0.04}
               for group, points in (("0-15", -0.2), ("75+", 0.07))],
    "result": {"additional_p05": 2.0, "additional_p50": 4.5, "additional_p95": 7.0, "additional_mean": 4.4,
               "search_additional_mean": 4.6, "cost_mean": 55.0, "cost_p50": 54.0, "within_budget": 0.6},
    "target": {"probability": 0.5, "reachable": False, "furthest_millions": 33.3, "furthest_cost_millions_eur": 310.0},
    "mix": [{"lever": "relatives", "kind": "relatives", "share_of_ceiling": 0.5, "price_status": "published",
             "cost_p05": 0.1, "cost_p50": 0.2, "cost_p95": 0.5, "loss_mean": 0.3, "loss_p05": 0.1, "loss_p50": 0.2,
             "loss_p95": 0.9},
            {"lever": "simplify", "kind": "simplify", "share_of_ceiling": 1.0, "price_status": "assumed, proxy",
             "cost_p05": 1.2, "cost_p50": 3.2, "cost_p95": 8.1, "loss_mean": 1.7, "loss_p05": 0.9, "loss_p50": 1.6,
             "loss_p95": 3.1},
            {"lever": "media", "kind": "media", "share_of_ceiling": 0.0, "price_status": "proxy", "loss_mean": None}],
    "frontier": [
        {"mix": n, "role": role, "budget_millions_eur": b, "cost_mean": c, "probability_of_target": 0.0,
         "probability_of_target_low": 0.0, "probability_of_target_high": 0.05, "price_status": "assumed, derived",
         **{f"{name}_{q}": base + v for name, base in (("additional", 0.0), ("activated", 26.0), ("cost", c - g))
            for q, v in (("p05", g - 1), ("p50", g), ("p95", g + 2))}}
        for n, (role, b, c, g) in enumerate(MIXES)
    ],
}  # fmt: skip


@pytest.mark.usefixtures("undrawn")
@pytest.mark.slow
def test_a_plan_joins_the_report(mes: Mes, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    for lang, words in (("en", "whatever the budget"), ("fr", "quel que soit le budget")):
        result = mes("report", folder, "--plan", "plan", "--lang", lang, "--out", f"{lang}.html")
        assert result.exit_code == 0, result.stderr
        text = (tmp_path / f"{lang}.html").read_text(encoding="utf-8")
        assert words in text
        assert mismatches(folder, Page(text), tmp_path / "plan") == []
        planned = [value for value, _ in Page(text).numbers if value["data-file"] == "plan.json"]
        assert {value["data-measure"] for value in planned} >= {
            "frontier.additional",
            "mix.cost",
            "mix.loss",
            "frontier.cost",
            "result.additional",
        }
    (tmp_path / "plan" / "plan.json").write_text(json.dumps({**PLAN, "fair": True}), encoding="utf-8")
    mes("report", folder, "--plan", "plan", "--out", "fair.html")
    fair = Page((tmp_path / "fair.html").read_text(encoding="utf-8"))
    assert mismatches(folder, fair, tmp_path / "plan") == []
    assert {"fair_points", "groups.further_behind_points"} <= {value["data-measure"] for value, _ in fair.numbers}
    often = {**PLAN, "result": {**PLAN["result"], "cost_mean": 59.0, "cost_p50": 61.0, "within_budget": 0.45}}
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(often), encoding="utf-8")
    mes("report", folder, "--plan", "plan", "--out", "often.html")
    more = (tmp_path / "often.html").read_text(encoding="utf-8")
    assert mismatches(folder, Page(more), tmp_path / "plan") == []
    assert ("more often than not" in more, "more often than not" in text) == (True, False), "a mean within it isn't all"
    dear = {**PLAN, "quick": False, "result": {**PLAN["result"], "cost_mean": 68.8, "within_budget": 0.4}}
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(dear), encoding="utf-8")
    mes("report", folder, "--plan", "plan", "--out", "dear.html")
    over = (tmp_path / "dear.html").read_text(encoding="utf-8")
    assert mismatches(folder, Page(over), tmp_path / "plan") == []
    assert ("more than the budget" in over, "more than the budget" in text) == (True, False), "said in the answer"
    assert ("quick preview" in over, "rapide" in text) == (False, True)
    earlier = {key: value for key, value in PLAN.items() if key != "fair_points"}
    (tmp_path / "plan" / "plan.json").write_text(json.dumps(earlier), encoding="utf-8")
    result = mes("report", folder, "--plan", "plan", "--out", "x.html")
    assert (result.exit_code, "holds no fair_points" in result.stderr) == (2, True)
    (tmp_path / "plan" / "plan.json").write_text(json.dumps({**PLAN, "target_millions": 35.0}), encoding="utf-8")
    result = mes("report", folder, "--plan", "plan", "--out", "x.html")
    assert (result.exit_code, "target_millions is 35.0" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("of_plan", "of_run", "words"),
    [
        ({"effects": {"trial.json": "1"}}, {}, "effects is trial.json, but none in the run"),
        ({}, {"effects": {"trial.json": "1"}}, "effects is none, but trial.json in the run"),
        ({"effects": {"trial.json": "1"}}, {"effects": {"trial.json": "2"}}, "is trial.json, of other contents"),
        ({"drivers": {"growth_per_year": 0.0}}, {}, "drivers is growth_per_year=0.0, but none in the run"),
        ({}, {"structure": vars(Structure(traits="lifelong"))}, "traits=lifelong in the run"),
        ({}, {"continued": False}, "continued is as forecast, but as simulated in the run"),
        ({}, {"draws_file": "my-fit", "draws_sha256": "1"}, "posterior is posterior/default.parquet, but my-fit in"),
        ({}, {"averaged": {"default": 0.5, "naive": 0.5}}, "averaged is none, but default, naive in the run"),
        ({"prices": {"own.toml": "1"}}, {}, "prices is own.toml, but costs.csv in the run"),
    ],
)  # fmt: skip
def test_a_plan_of_another_world_is_refused_by_name(
    of_plan: dict[str, Any], of_run: dict[str, Any], words: str, tmp_path: Path
) -> None:
    run = {
        "until": "2027-12-31", "policy_start": "2027-01-04", "target_millions": 60.0, "costs": PLAN["prices"],
        "drivers": {}, "structure": PLAN["structure"], "averaged": None, "continued": True,
        "draws_file": PLAN["posterior"]["file"], "draws_sha256": PLAN["posterior"]["sha256"],
    }  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(PLAN), encoding="utf-8")
    assert read_plan(tmp_path, run)["quick"], "negative control: of the same world"
    (tmp_path / "plan.json").write_text(json.dumps({**PLAN, **of_plan}), encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(words)) as raised:
        read_plan(tmp_path, {**run, **of_run})
    assert not {*"{'"} & {*str(raised.value).removeprefix(str(tmp_path))}, "no dictionaries, no hashes"


BRITTANY = """
[title]
en = "Letters in Brittany"
[[lever]]
kind = "letter"
[lever.target]
regions = ["Bretagne"]
"""


@pytest.mark.usefixtures("undrawn")
@pytest.mark.slow
def test_a_regional_strategy_stands_in_the_answer_and_among_the_regions(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "brittany.toml").write_text(BRITTANY, encoding="utf-8")
    few = ["--people", "2000", "--draws", "2", "--workers", "1", "--pictures", "none"]
    result = mes("compare", "status-quo", "letters-with-code", "./brittany.toml", *few, "--out", "r")
    assert result.exit_code == 0, result.stderr
    for lang, words in (("en", "In its regions"), ("fr", "Dans ses régions")):
        assert mes("report", "r", "--lang", lang, "--out", f"{lang}.html").exit_code == 0
        text = (tmp_path / f"{lang}.html").read_text(encoding="utf-8")
        assert text.count(words) == 1, "of the strategy that aims at a region only"
        page = Page(text)
        assert mismatches(tmp_path / "r", page) == []
        told = [
            dict(p.split("=") for p in v["data-where"].split(";"))
            for v, _ in page.numbers
            if "region" in v["data-where"]
        ]
        mine = [where for where in told if where["scenario"] == "brittany" and where["dimension"] == "region"]
        assert {where["group"] for where in mine} >= {"Bretagne", "Normandie"}, "all regions in its row"


@pytest.mark.usefixtures("undrawn")
@pytest.mark.slow
def test_a_split_joins_the_report(mes: Mes, folder: Path, tmp_path: Path) -> None:
    shares = {"structure": 0.1, "parameters": 0.3, "levers": 0.55, "chance": 0.05}
    ends = {
        f"{name}_{end}": value * factor
        for name, value in shares.items()
        for end, factor in (("low", 0.5), ("high", 1.5))
    }
    parts = shares | ends
    rows = [("status-quo", "activated_millions"), ("media", "additional_millions"), ("media", "activated_millions")]
    (tmp_path / "split").mkdir()
    path = tmp_path / "split" / "split.parquet"
    pd.DataFrame([{"scenario": s, "measure": m, "mean": 1.0, "sd": 0.2, **parts} for s, m in rows]).to_parquet(path)
    theirs = {"format": manifests.FORMAT, "kind": "uncertainty", "until": "2027-12-31", "policy_start": "2027-01-04"}
    manifests.write(tmp_path / "split", {**theirs, "files": {"split.parquet": manifests.sha256_of(path)}})
    for lang in ("en", "fr"):
        result = mes("report", folder, "--uncertainty", "split", "--lang", lang, "--out", f"{lang}.html")
        assert result.exit_code == 0, result.stderr
        page = Page((tmp_path / f"{lang}.html").read_text(encoding="utf-8"))
        assert mismatches(folder, page, tmp_path / "split") == []
        numbers = page.numbers
        shown = [value["value"] for value, _ in numbers if value["data-file"] == "split.parquet"]
        assert [value.split()[0] for value in shown] == ["0.1", "0.3", "0.55", "0.05"] * 2, (
            "activated for the status quo, additional for a strategy"
        )
    manifests.write(tmp_path / "split", {**theirs, "until": "2027-06-30", "files": {}})
    result = mes("report", folder, "--uncertainty", "split", "--out", "x.html")
    assert (result.exit_code, "until is '2027-06-30'" in result.stderr) == (2, True)
    pd.DataFrame([{"scenario": s, "measure": m, "mean": 1.0, "sd": 0.2, **shares} for s, m in rows]).to_parquet(path)
    manifests.write(tmp_path / "split", {**theirs, "files": {"split.parquet": manifests.sha256_of(path)}})
    result = mes("report", folder, "--uncertainty", "split", "--out", "x.html")
    assert (result.exit_code, "shares without intervals" in result.stderr) == (2, True)
    result = mes("report", folder, "--uncertainty", folder, "--out", "x.html")
    assert (result.exit_code, "no folder of mes uncertainty" in result.stderr) == (2, True)


ENDS = (("", 0.0), ("_p05", -0.3), ("_p95", 0.4))
NAMES = ("pulls.growth", "simplify_information", "price:media/one national campaign", "stops.time", "dummy")
"""Inputs of a made-up sensitivity analysis; every other one beyond noise."""


def made_sensitivity(folder: Path, of: dict[str, object], **settings: object) -> Path:
    """A folder as ``mes sensitivity`` leaves it, of the run with the manifest ``of``."""
    shown = [("activated", "status-quo"), ("additional", "mix-digital"), ("cost", "mix-digital")]
    ends = {f"when_{third}{end}": at + more for third, at in (("low", 3.2), ("high", 4.6)) for end, more in ENDS}
    indices = [
        {
            "quantity": quantity,
            "scenario": scenario,
            "input": name,
            "first_order": 0.412 - 0.1 * rank,
            "first_order_error": 0.083,
            "pawn": 0.2,
            "first_order_floor": 0.061,
            "pawn_floor": 0.1,
            "known": rank % 2 == 0 and name != "dummy" and quantity != "cost",
            **ends,
        }
        for quantity, scenario in shown
        for rank, name in enumerate(NAMES)
    ]
    studies = [
        {"study": study, "value": value, "low": value - 1.2, "high": value + 1.3, "floor": 0.4, "changes": changes,
         "known": known, "now": "simplified-signup"}
        for study, value, changes, known in (
            ("signup", 4.31, 0.22, True), ("prices", 0.02, 0.0, False), ("dummy", -0.3, 0.01, False),
            ("everything", 9.87, None, True),
        )
    ]  # fmt: skip
    folder.mkdir()
    tables = {"indices.parquet": pd.DataFrame(indices), "information.parquet": pd.DataFrame(studies)}
    for name, table in tables.items():
        table.to_parquet(folder / name)
    section = {
        "source": "r", "source_files": {"outcomes.parquet": of["files"]["outcomes.parquet"]},  # type: ignore[index]
        "shown": [{"quantity": quantity, "scenario": scenario} for quantity, scenario in shown],
        "value_eur": 30.0, "budget_millions_eur": None, **settings,
    }  # fmt: skip
    files = {name: manifests.sha256_of(folder / name) for name in tables}
    plain = {"format": manifests.FORMAT, "command": "sensitivity", "draws": 60}
    manifests.write(folder, {**plain, "sensitivity": section, "files": files})
    return folder


@pytest.mark.usefixtures("undrawn")
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_sensitivity_analysis_joins_the_report(mes: Mes, folder: Path, tmp_path: Path, lang: str) -> None:
    made = made_sensitivity(tmp_path / "s", manifests.read(folder))
    result = mes("report", folder, "--sensitivity", "s", "--lang", lang, "--out", "page.html")
    assert result.exit_code == 0, result.stderr
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    page = Page(text)
    assert mismatches(folder, page, made) == []
    traced = {value["data-file"] for value, _ in page.numbers}
    assert traced >= {"indices.parquet", "information.parquet", "outcomes.parquet", "equity.parquet"}
    words = {
        "en": ("No single unknown stands out", "a test of the sign-up", "An additional activation", "service growth"),
        "fr": ("Aucune inconnue ne se distingue", "un test de l’inscription", "Une activation en plus", "croissance"),
    }
    assert [word for word in words[lang] if word not in text] == []
    changed = pd.read_parquet(made / "information.parquet").assign(value=1.0)
    changed.to_parquet(made / "information.parquet")
    assert len(mismatches(folder, page, made)) >= 4, "negative control: an altered table is noticed"
    result = mes("report", folder, "--sensitivity", "s", "--out", "x.html")
    assert (result.exit_code, "not as the run left it" in result.stderr) == (2, True)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.slow
def test_a_sensitivity_analysis_that_chooses_by_budget(mes: Mes, folder: Path, tmp_path: Path) -> None:
    made = made_sensitivity(tmp_path / "s", manifests.read(folder), value_eur=None, budget_millions_eur=20.0)
    assert mes("report", folder, "--sensitivity", "s", "--out", "page.html").exit_code == 0
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert mismatches(folder, page, made) == []
    assert any(value["data-measure"] == "sensitivity.budget_millions_eur" for value, _ in page.numbers)


def test_a_sensitivity_analysis_of_another_run_is_refused(mes: Mes, folder: Path, tmp_path: Path) -> None:
    made_sensitivity(tmp_path / "s", {"files": {"outcomes.parquet": "of another run"}})
    for given, words in (("s", "analyses another run (r)"), (folder, "no folder of mes sensitivity")):
        result = mes("report", folder, "--sensitivity", given, "--out", "x.html")
        assert (result.exit_code, words in result.stderr) == (2, True), result.stderr


def test_the_folder_stays_as_the_run_left_it(folder: Path) -> None:
    load(folder)
