"""A scenario written as the file it could have been read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from scenarios.language.files import parse_scenario
from scenarios.language.schema import Scenario


def scenario_text(scenario: Scenario, *, remarks: Mapping[str, str] | None = None, head: str = "") -> str:
    """TOML that reads back as the same scenario; ``remarks`` go behind the name of a lever, ``head`` on top.

    Raises:
        ValueError: it would read back as another one.
    """
    text = "\n".join(_lines(scenario, remarks or {}, head)) + "\n"
    read = parse_scenario(text, source=scenario.source)
    if (read.levers, read.drivers) != (scenario.levers, scenario.drivers):
        raise ValueError(f"{scenario.source}: can't be written as a file")
    return text


def _lines(scenario: Scenario, remarks: Mapping[str, str], head: str) -> Iterator[str]:
    yield from (f"# {line}".rstrip() for line in head.splitlines())
    for name, table in (
        ("title", scenario.titles),
        ("description", scenario.descriptions),
        ("drivers", scenario.drivers),
    ):
        if words := table.model_dump(exclude_none=True):
            yield f"\n[{name}]" if head or name != "title" else f"[{name}]"
            yield from _keys(words)
    for lever in scenario.levers:
        yield "\n[[lever]]"
        content = {"kind": lever.kind, **lever.model_dump(exclude_none=True, exclude_defaults=True)}
        tables = {key: content.pop(key) for key in ("target", "cost", "one_off_cost") if key in content}
        remark = remarks.get(lever.label)
        first, *others = _keys(content)
        yield f"{first}  # {remark}" if remark else first
        yield from others
        for key, table in tables.items():
            yield f"\n[lever.{key}]"
            yield from _keys(table)


def _keys(table: Mapping[str, object]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_keys(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value)
