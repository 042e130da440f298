"""What several rooms say of groups, prices, titles and settings of a run, in French and English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from foundation.language.numbers import day, decimals_for, interval, number, typeset
from foundation.store.manifest import Manifest
from model.terms.parameters import Structure
from scenarios import label
from scenarios.costs import SHIPPED


def group_label(dimension: str, group: str, lang: str) -> str:
    """A group as a reader names it; a region keeps its official name unless ``words.toml`` translates it."""
    if dimension == "age_band":
        return _age_label(group, lang)
    key = f"{dimension}.{group}"
    return label(key, lang) if key in label else typeset(group, lang)


def group_title(dimension: str, group: str, lang: str) -> str:
    """A group with its dimension where the name alone would puzzle."""
    name = group_label(dimension, group, lang)
    return f"{label('dimension.age_band', lang)} {name}" if dimension == "age_band" else name


def _age_label(band: str, lang: str) -> str:
    if band.endswith("+"):
        return label("age_band.over", lang, low=band[:-1])
    low, _, high = band.partition("-")
    return label("age_band.years", lang, low=low, high=high) if high else band


WEAKEST = ("assumed", "proxy", "set in the scenario", "derived", "published")
"""Statuses of prices, the least known first."""


def price_note(statuses: str, lang: str) -> str:
    """How well prices are known, by the least known of them: "partly assumed"; "" where nothing is paid."""
    there = [status for status in WEAKEST if status in statuses.split(", ")]
    if not there:
        return ""
    key = there[0].replace(" ", "_")
    return label(f"price_note.{key}" if len(there) == 1 else f"price_note.partly_{key}", lang)


def price_line(statuses: Mapping[str, str], lang: str) -> str:
    """The same of many things, by their titles, in a sentence: what most are, then which are otherwise."""
    notes = {title: note for title, found in statuses.items() if (note := price_note(found, lang))}
    if not notes:
        return ""
    most, *others = [note for note, _ in Counter(notes.values()).most_common()]
    parts = [label("price_note.all", lang, note=most)]
    for other in others:
        titles = ", ".join(label("price_note.title", lang, title=title) for title in notes if notes[title] == other)
        parts.append(label("price_note.others", lang, note=other, titles=titles))
    return f"{''.join(parts)}."


def price_words(statuses: str, lang: str) -> str:
    """The same in words: ``supposé, dérivé``."""
    return ", ".join(label(f"price_status.{status}", lang) for status in statuses.split(", ") if status)


def scenario_titles(manifest: Manifest, lang: str) -> dict[str, str]:
    """Name to title of each scenario of a run; of two with the same title both show their name as well, and one of a
    folder with other settings than the first shows its folder."""
    given = manifest.get("titles") or {entry["name"]: entry["title"] for entry in manifest["scenarios"]}
    titles = {name: typeset(title[lang], lang) for name, title in given.items()}
    shown = list(titles.values())
    known = {name: title if shown.count(title) == 1 else f"{title} ({name})" for name, title in titles.items()}
    for entry in manifest.get("scenarios") or ():
        name, folder = entry["name"], str(entry.get("folder", "")).rstrip("/").rpartition("/")[2]
        if entry.get("world") and name in known and f"@{folder}" not in known[name]:
            known[name] = f"{known[name]} [{folder}]"
    return known


def quick_mark(manifest: Manifest, lang: str) -> str:
    """What a quick run shows before any other word; "" for others."""
    return f"{label('common.quick', lang)} ({label('common.quick_why', lang)}) · " if manifest["quick"] else ""


def run_line(manifest: Manifest, lang: str, *, statistic: str = "interval") -> str:
    """Settings of a run in one line; structural choices only where they differ from the default.

    ``statistic``: what is shown above it, a key of ``[statistic]`` in ``words.toml``; empty where words there say it.
    """
    return " · ".join(_parts(manifest, lang, statistic))


def region_mark(manifest: Manifest, lang: str) -> str:
    """What a run of one region says before any other word; "" for the country."""
    region = manifest.get("region")
    return f"{group_label('region', str(region), lang)} · " if region else ""


def units_of(manifest: Manifest) -> float:
    """What is added is told in millions, of a region in thousands: units of a million."""
    return 1000.0 if manifest.get("region") else 1.0


def units_word(manifest: Manifest, lang: str) -> str:
    """The same in words."""
    return label("common.in_thousands" if units_of(manifest) > 1 else "common.in_millions", lang)


def in_units(low: float, middle: float, high: float, manifest: Manifest, lang: str, *, sign: bool = False) -> str:
    """Median and interval in a picture, in those units: two decimals for millions, three figures for thousands."""
    decimals = decimals_for(middle) if units_of(manifest) > 1 else 2
    return f"{number(middle, decimals, lang, sign=sign)} {interval(low, high, decimals, lang)}"


def last_own_count(manifest: Manifest) -> str:
    """Day of the last count of a region that its run knew; "" for the country, and where there was none."""
    counts = (manifest.get("stock_targets") or ()) if manifest.get("region") else ()
    return max((str(count["date"]) for count in counts), default="")


def _region_parts(manifest: Manifest, lang: str) -> Iterator[str]:
    """Of a region: which one, and where its level is from."""
    if region := manifest.get("region"):
        level = manifest.get("level")
        key = "common.region_level" if level else "common.region"
        folder = str(level["folder"]) if level else ""
        yield label(key, lang, region=group_label("region", str(region), lang), folder=folder)


def _parts(manifest: Manifest, lang: str, statistic: str) -> Iterator[str]:
    yield from _region_parts(manifest, lang)
    if "people" in manifest:  # not where nothing is simulated
        yield label("common.people", lang, people=number(manifest["people"], 0, lang))
        yield _draws(manifest, lang)
    yield label("common.seed", lang, seed=manifest["seed"])
    if last := last_own_count(manifest):
        yield label("common.data_end_region", lang, day=day(manifest["data_end"], lang), last=day(last, lang))
    else:
        yield label("common.data_end", lang, day=day(manifest["data_end"], lang))
    if "policy_start" in manifest:
        yield label("common.policy_start", lang, day=day(manifest["policy_start"], lang))
        if statistic:
            yield label(f"statistic.{statistic}", lang)
    if len(manifest.get("averaged") or ()) > 1:
        yield label("common.averaged", lang, structures=len(manifest["averaged"]))
    for name, rate in (manifest.get("drivers") or {}).items():
        yield label(f"drivers_fixed.{name}", lang, rate=number(100 * rate, 1, lang, sign=True))
    if own := own_prices(manifest):
        file, count = own
        yield label("common.own_costs", lang, file=file, own=count, all=len(manifest["prices"]))
    for file in manifest.get("effects") or ():
        yield label("common.learned", lang, file=file)
    if choices := _choices(manifest):
        yield label("common.structure", lang, choices=choices)
    if not manifest.get("continued", True):
        yield label("common.as_simulated", lang)
    if not manifest.get("paired", True):
        yield label("common.unpaired", lang)
    yield from difference_lines(manifest, lang)


def difference_lines(manifest: Manifest, lang: str) -> Iterator[str]:
    """What compared folders differ in, a line a setting: ``d2, lever effects: learned in trial.json (d1: as shipped)``;
    nothing for a run."""
    for one in manifest.get("differences") or ():
        value, first = _told(one["setting"], one["value"], one["first"], lang)
        there = one.get("first_folder") or label("differs.first", lang)
        key = "differs.line" if value != first else "differs.others" if value else "differs.other"
        setting = label(f"differs.{one['setting']}", lang)
        yield label(key, lang, folder=one["folder"], setting=setting, value=value, first=first, there=there)


def _told(setting: str, value: object, first: object, lang: str) -> tuple[str, str]:
    """A setting of two folders in words; the same words where they differ in what no reader could tell apart."""
    pair = (value, first)
    if setting == "draws_sha256":
        return "", ""
    if setting == "data":
        here, there = (dict(one) if isinstance(one, Mapping) else {} for one in pair)
        files = ", ".join(sorted(name for name in {*here, *there} if here.get(name) != there.get(name)))
        return files, files
    if setting == "structure":
        here, there = (dict(one) if isinstance(one, Mapping) else {} for one in pair)
        moved = [key for key in {**here, **there} if here.get(key) != there.get(key)]
        texts = [", ".join(f"{key} = {one.get(key)}" for key in moved) for one in (here, there)]
        return texts[0], texts[1]
    return _spelt(setting, value, lang), _spelt(setting, first, lang)


def _spelt(setting: str, value: object, lang: str) -> str:
    if setting == "policy_start":
        return day(str(value), lang)
    if setting == "continued":
        return label("differs.is_continued" if value else "differs.is_simulated", lang)
    if not value:
        key = f"differs.no_{setting}" if f"differs.no_{setting}" in label else "differs.none"
        return "0" if value == 0 else label(key, lang)
    if setting == "averaged" and isinstance(value, Mapping):
        return label("differs.structures", lang, count=len(value))
    if setting == "drivers" and isinstance(value, Mapping):
        rates = {name: number(100 * rate, 1, lang, sign=True) for name, rate in value.items()}
        return ", ".join(label(f"drivers_fixed.{name}", lang, rate=rate) for name, rate in rates.items())
    if setting == "level" and isinstance(value, Mapping):
        return str(value.get("folder"))
    if isinstance(value, Mapping):
        return ", ".join(value)
    return number(value, 0, lang) if setting in ("people", "draws") and isinstance(value, int) else str(value)


def own_prices(manifest: Manifest) -> tuple[str, int] | None:
    """The file of costs of the person's own and how many prices it sets otherwise than shipped; ``None`` without."""
    file = next(iter(manifest.get("costs") or ()), SHIPPED)
    return None if file == SHIPPED else (file, sum(bool(price["own"]) for price in manifest["prices"]))


def _draws(manifest: Manifest, lang: str) -> str:
    draws, failed = manifest["draws"], len(manifest.get("failures") or ())
    if failed:
        return label("common.draws_failed", lang, done=number(draws - failed, 0, lang), draws=number(draws, 0, lang))
    return label("common.draws_one" if draws == 1 else "common.draws", lang, draws=number(draws, 0, lang))


def _choices(manifest: Manifest) -> str:
    defaults, chosen = vars(Structure()), manifest.get("structure") or {}
    return ", ".join(f"{key} = {value}" for key, value in chosen.items() if defaults.get(key) != value)
