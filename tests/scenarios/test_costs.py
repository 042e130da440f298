"""Cost lines worked by hand: quantities used times unit prices."""

import pytest

from model.terms.outcome import LeverUse
from model.terms.parameters import Parameters
from scenarios.costs import OWN, CostItem, cost_lines, used_by
from scenarios.draw import Draw, price
from scenarios.language.files import catalogue, load_scenario, parse_scenario
from scenarios.language.schema import scaled

CONTACTS, ACTIVATIONS, DOCTOR_YEARS, BURSTS = 1000.0, 100.0, 30.0, 4


def item(lever, name, value):
    return CostItem(lever=lever, item=name, value=value, low=value, high=value, status="assumed")


def public_cost(found):
    return sum(line.eur for line in found)


ITEMS = (
    item("email", "per message", 0.003),
    item("sms", "per message", 0.05),
    item("letter", "per letter", 0.8),
    item("newborn", "letter to the parents", 0.7),
    item("media", "one national campaign", 2e6),
    item("assisted", "per person accompanied", 49.0),
    item("doctor", "training and prompting, per doctor and year", 150.0),
    item("doctor", "prompt in the practice software, one-off", 2e6),
    item("doctor", "fee per activation", 5.0),
    item("doctor", "minutes per recommendation", 2.0),
    item("doctor", "one minute of a GP consultation", 1.5),
    item("pharmacist", "fee per activation", 3.0),
    item("hospital", "fee per activation", 4.0),
    item("simplify", "one-off development", 3e6),
    item("documents", "per additional document", 0.05),
    item("relatives", "one campaign of invitations to activated users", 2e5),
)
DRAW = Draw(index=0, parameters=Parameters(), effects={}, cost_uniforms={one.key: 0.9 for one in ITEMS})


def use(name):
    return LeverUse(name, CONTACTS, ACTIVATIONS, DOCTOR_YEARS, BURSTS, aimed=500)


def lines(scenario, items=ITEMS, **options):
    return cost_lines(scenario, [use(one.label) for one in scenario.levers], DRAW, items, **options)


def single(body):
    return parse_scenario(f'[title]\nen = "A"\n[[lever]]\n{body}\n', source="f.toml")


@pytest.mark.parametrize(
    ("body", "paid"),
    [
        ('kind = "email"', 1000 * 0.003),
        ('kind = "sms"', 1000 * 0.05),
        ('kind = "letter"', 1000 * 0.8),
        ('kind = "newborn"', 1000 * 0.7),
        ('kind = "media"', 4 * 2e6),
        ('kind = "media"\nintensity = 0.5', 4 * 0.5 * 2e6),
        ('kind = "assisted"\ncapacity_per_week = 9', 1000 * 49),
        ('kind = "doctors"\nmeans = "training"', 30 * 150),
        ('kind = "doctors"\nmeans = "prompt"', 30 * 150 + 2e6),
        ('kind = "doctors"\nmeans = "fee"', 100 * 5),
        ('kind = "pharmacist"', 100 * 3),
        ('kind = "hospital"', 100 * 4),
        ('kind = "simplify"\nintensity = 0.5', 3e6),
        ('kind = "documents"\nintensity = 2', 1000 * 0.05),
        ('kind = "relatives"', 4 * 2e5),
    ],
)
def test_public_cost_by_hand(body, paid):
    assert public_cost(lines(single(body))) == pytest.approx(paid, rel=1e-12)


def test_doctors_time_is_reported_apart():
    scenario = single('kind = "doctors"\nmeans = "fee"')
    fee, time = lines(scenario)
    assert (fee.quantity, fee.unit_eur, fee.eur, fee.minutes) == (100, 5, 500, 0)
    assert (time.quantity, time.minutes, time.unit_eur, time.minutes_eur, time.eur) == (1000, 2000, 3, 3000, 0)
    assert public_cost(lines(scenario, count_minutes=True)) == 500 + 3000


def test_unit_prices_are_drawn():
    sure, *_ = ITEMS
    unsure = CostItem(lever="email", item="per message", value=0.003, low=0.001, high=0.005, status="assumed")
    (line,) = lines(single('kind = "email"'), [unsure])
    assert line.unit_eur == price(0.003, 0.001, 0.005, 0.9) > sure.value
    assert line.status == "assumed"


def test_own_prices_are_marked():
    certain = lines(single('kind = "email"\ncost = { value = 0.01 }'))[0]
    assert (certain.unit_eur, certain.status) == (0.01, OWN)
    drawn = lines(single('kind = "email"\ncost = { value = 0.01, low = 0.005, high = 0.02 }'))[0]
    assert drawn.unit_eur == price(0.01, 0.005, 0.02, 0.9)


def test_a_prompt_has_two_prices_of_its_own():
    yearly, once, _ = lines(
        single('kind = "doctors"\nmeans = "prompt"\ncost = { value = 10 }\none_off_cost = { value = 7 }')
    )
    assert (yearly.eur, once.eur) == (300, 7)


@pytest.mark.parametrize("name", catalogue())
def test_intensity_zero_costs_nothing(name):
    scenario = load_scenario(name)
    assert lines(scaled(scenario, 0)) == []
    assert (public_cost(lines(scenario)) > 0) == bool(scenario.levers)


def test_a_lever_without_use_and_an_item_without_price_are_errors():
    with pytest.raises(ValueError, match="no use recorded for lever 'email'"):
        cost_lines(single('kind = "email"'), [use("sms")], DRAW, ITEMS)
    with pytest.raises(ValueError, match="no cost item 'email/per message'"):
        lines(single('kind = "email"'), ITEMS[1:])


def test_costs_are_counted_to_the_day_of_the_stock():
    """Three of seven days passed: 100 messages before the week and 70 in it are 130; a wave begun is paid whole."""
    before = LeverUse(lever="a", contacts=100.0, activations=7.0, doctor_years=1.0, bursts=1, aimed=500)
    after = LeverUse(lever="a", contacts=170.0, activations=14.0, doctor_years=1.7, bursts=2, aimed=500)
    (use,) = used_by((before,), (after,), 3 / 7)
    assert (use.contacts, use.activations, use.doctor_years) == pytest.approx((130, 10, 1.3))
    assert use.bursts == 2
    assert used_by((before,), (after,), 1.0) == (after,)
    assert use != after, "negative control: to the end of the week is another moment"


def several(*bodies):
    text = "".join(f"[[lever]]\n{body}\n" for body in bodies)
    return parse_scenario(f'[title]\nen = "A"\n{text}', source="f.toml")


def quantities(scenario, item):
    return [(line.lever, line.quantity, line.unit_eur) for line in lines(scenario) if line.item == item]


@pytest.mark.parametrize(
    ("body", "own", "item"),
    [
        ('kind = "doctors"\nmeans = "prompt"', "one_off_cost", "prompt in the practice software, one-off"),
        ('kind = "simplify"', "cost", "one-off development"),
        ('kind = "relatives"', "cost", "one campaign of invitations to activated users"),
    ],
)
def test_what_is_done_once_is_paid_once_a_scenario(body, own, item):
    """By the first lever of the file that does it, at its price."""
    many = 4.0 if "relatives" in body else 1.0
    one = f'{body}\nname = "one"\n{own} = {{ value = 7 }}'
    two = f'{body}\nname = "two"\n{own} = {{ value = 9 }}'
    assert quantities(several(one, two), item) == [("one", many, 7)]
    assert quantities(several(two, one), item) == [("two", many, 9)]
    assert quantities(several(one), item) + quantities(several(two), item) == [("one", many, 7), ("two", many, 9)]
    assert quantities(several(f"{one}\nintensity = 0", two), item) == [("two", many, 9)], (
        "one of intensity 0 does nothing"
    )


def test_invitations_at_another_time_are_another_campaign():
    body = 'kind = "relatives"\nstart = 2027-0{}-01\nname = "{}"'
    item = "one campaign of invitations to activated users"
    assert [name for name, *_ in quantities(several(body.format(3, "a"), body.format(3, "b")), item)] == ["a"]
    assert [name for name, *_ in quantities(several(body.format(3, "a"), body.format(9, "b")), item)] == ["a", "b"]


def test_what_is_paid_by_the_piece_is_paid_by_each_lever():
    """Negative control: two levers that write letters write twice as many."""
    letters = [f'kind = "letter"\nname = "{name}"' for name in "ab"]
    assert public_cost(lines(several(*letters))) == pytest.approx(2 * 1000 * 0.8)
