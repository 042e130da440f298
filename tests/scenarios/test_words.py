"""What several rooms say of groups, titles and the settings of a run."""

from __future__ import annotations

from model.terms.channels import Channel
from model.terms.outcome import DIMENSIONS
from scenarios import label
from scenarios.words import group_label, scenario_titles


def test_all_channels_and_dimensions_have_words() -> None:
    assert set(label.own["channel"]) == {channel.name.lower() for channel in Channel}
    assert set(label.own["dimension"]) == set(DIMENSIONS)


def test_groups() -> None:
    assert group_label("age_band", "16-17", "en") == "16–17"
    assert group_label("age_band", "75+", "fr") == "75 et plus"
    assert group_label("digital_exclusion", "yes", "fr") == "exclus du numérique"
    assert group_label("region", "Provence-Alpes-Côte d'Azur et Corse", "fr") == "Provence-Alpes-Côte d’Azur et Corse"
    assert group_label("region", "Bretagne", "en") == "Bretagne"


def test_titles_come_from_either_form_of_manifest_and_differ() -> None:
    entries = [{"name": n, "title": {"en": "Media", "fr": "Médias : TV"}} for n in ("a", "a@two")]
    assert scenario_titles({"scenarios": entries}, "en") == {"a": "Media (a)", "a@two": "Media (a@two)"}
    titles = {"a": {"en": "Media", "fr": "Médias : TV"}}
    assert scenario_titles({"titles": titles}, "fr") == {"a": "Médias\u00a0: TV"}
