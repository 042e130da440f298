// The card of one lever: what it is, its dose, days, target and price, and how well its effect is known.
import { between, capital, figures, h, newId, opened, plain, retitled, say, table as grid } from "./dom.js";
import { control, group, inShort, labels } from "./fields.js";
import { isTable, store } from "./state.js";

const WHEN = ["start", "end", "ramp_weeks"];
const REGULAR = ["every_weeks", "times", "weeks_on_air"];
const LISTED = ["waves", "bursts"];
const MORE = ["inherits_growth", "name"];
const APART = [...WHEN, ...MORE, "means", "target", "cost", "one_off_cost"];
const RANK = ["assumed", "proxy", "derived", "measured", "published"];

/** The kind of a lever in the catalogue, which has one a means for doctors. */
export const kindOf = (catalogue, lever) =>
  catalogue.kinds.find((kind) => kind.kind === lever.kind && (!kind.means || kind.means === lever.means)) ??
  catalogue.kinds.find((kind) => kind.kind === lever.kind);

const weakest = (rows) => [...rows].sort((a, b) => RANK.indexOf(a.status) - RANK.indexOf(b.status))[0];

/** How well the effect is known, in a word. */
export function badge(kind) {
  const worst = weakest(kind.effects);
  return h("span", { class: `badge ${worst?.status ?? "assumed"}` }, worst ? say("compose.effect_is", { status: worst.status_title }) : say("compose.effect_link"));
}

/** A lever of a kind as it is added: the dose of the strategy that comes along, else the least that has to be said. */
export function fresh(catalogue, kind, table) {
  const alike = (lever) => lever.kind === kind.kind && (!kind.means || lever.means === kind.means);
  const shipped = catalogue.shipped.flatMap((one) => one.table.lever ?? []).find(alike);
  const lever = shipped ? structuredClone(shipped) : { kind: kind.kind, ...(kind.means ? { means: kind.means } : {}) };
  if (!shipped) for (const field of kind.fields) if (field.required && field.type === "int") lever[field.key] = field.low;
  delete lever.name;
  const taken = new Set((table.lever ?? []).map((one) => one.name ?? one.kind));
  const stem = kind.means ? `${kind.kind}-${kind.means}` : kind.kind;
  if (taken.has(kind.kind) || kind.means) {
    let name = stem;
    for (let count = 2; taken.has(name); count += 1) name = `${stem}-${count}`;
    lever.name = name;
  }
  return lever;
}

function knowledge(kind) {
  const value = (row) => [figures(row.value), "\u00a0", between(row.low, row.high, figures)];
  const status = (row) => h("span", { class: `badge ${row.status}` }, row.status_title);
  const named = (row) => [capital(row.title), row.detail && h("small", {}, ` (${row.detail})`)];
  const source = (row) => row.source && h("small", {}, say("compose.source", { source: plain(row.source, 400) }));
  const heads = (what) => [what, say("compose.value"), say("compose.status")];
  const rows = (list, unit) => list.map((row) => [[named(row), " ", source(row)], [value(row), unit && `\u00a0${unit}`], status(row)]);
  return [
    kind.effects.length ? grid(say("compose.effects"), heads(say("compose.effect")), rows(kind.effects), "close") : h("p", {}, say("compose.no_effect")),
    kind.prices.length > 0 && grid(say("compose.prices"), heads(say("compose.price")), rows(kind.prices, "€"), "close"),
    h("p", {}, h("strong", {}, say("compose.assumes")), " ", kind.assumes),
    h("p", {}, h("strong", {}, say("compose.paid")), " ", capital(kind.paid), "."),
  ];
}

/** `edit(change, reason, key)` changes the lever in the state; `act` has duplicate and remove. */
export function card(lever, index, context, act) {
  const kind = kindOf(context.catalogue, lever);
  const path = `lever[${index + 1}]`;
  const heading = newId("lever");
  const title = kind ? capital(kind.title) : plain(lever.kind ?? "?", 40);
  const line = h("span", { class: "short" }, kind ? inShort(lever, kind.fields, context.catalogue.target) : say("compose.unknown_kind"));
  const edit = (change, reason, key) =>
    store.change((state) => {
      touch(state, context);
      change(state.strategies[state.shown].lever[index]);
    }, reason, `${keyOf(index)}.${key}`);
  const now = () => store.table?.lever?.[index] ?? lever;
  const set = (key) => (value, reason) => {
    edit((one) => { if (value === undefined) delete one[key]; else one[key] = value; }, reason, key);
    if (kind) line.textContent = inShort(now(), kind.fields, context.catalogue.target);
  };
  const make = (fields) => fields.map((field) => control(field, lever, path, set(field.key), context));
  const by = (...keys) => (kind?.fields ?? []).filter((field) => keys.includes(field.key));
  const listed = LISTED.filter((key) => by(key).length);
  const byDay = listed.some((key) => lever[key] !== undefined);
  const hidden = listed.length ? (byDay ? REGULAR : LISTED) : [];
  const dose = (kind?.fields ?? []).filter((field) => !APART.includes(field.key) && !hidden.includes(field.key));
  const rhythm = listed.length && rhythmOf(byDay, (days) => edit((one) => {
    for (const key of [...REGULAR, ...LISTED]) delete one[key];
    if (days) one[listed[0]] = listed[0] === "waves" ? [context.first] : [{ start: context.first, weeks: 4 }];
    else one.every_weeks = 26;
  }, "rebuilt", "rhythm"));
  const buttons = h("p", { class: "actions" },
    h("button", { type: "button", class: "small", "aria-describedby": heading, on: { click: () => act.again(index) } }, say("compose.again")),
    h("button", { type: "button", class: "small", "aria-describedby": heading, on: { click: () => act.remove(index) } }, say("compose.remove_lever")));
  const body = kind
    ? [
        h("p", {}, kind.what, ". ", badge(kind)),
        group(say("compose.dose"), h("p", { class: "note" }, say("compose.intensity_is", { what: kind.intensity })), rhythm, make(dose)),
        by("target").length > 0 && folded(say("compose.target"), isTable(lever.target), make(by("target"))),
        folded(say("compose.when"), WHEN.some((key) => lever[key] !== undefined), make(by(...WHEN))),
        folded(say("compose.own_price"), isTable(lever.cost) || isTable(lever.one_off_cost),
          by("cost", "one_off_cost").map((field) => group(labels(field).label, h("p", { class: "note" }, field.meaning), make([field]))), make(by(...MORE))),
        opened(say("compose.known"), ...knowledge(kind)),
      ]
    : [];
  const box = h("details", { class: "lever", open: context.open === index },
    h("summary", { id: heading }, h("strong", {}, title), lever.name && h("code", {}, plain(lever.name, 40)), line), ...body, buttons);
  box.dataset.path = path;
  return h("li", {}, box);
}

const keyOf = (index) => `${store.state.shown}.lever[${index}]`;

const folded = (title, open, ...content) => h("details", { class: "fold", open }, h("summary", {}, title), ...content);

function rhythmOf(byDay, choose) {
  const id = newId("field");
  const select = h("select", { id, on: { change: () => choose(select.value === "days") } },
    h("option", { value: "regular", selected: !byDay }, say("compose.regular")),
    h("option", { value: "days", selected: byDay }, say("compose.days")));
  select.dataset.path = "rhythm";
  return h("div", { class: "field" }, h("label", { for: id }, say("compose.rhythm")), select);
}

/** A strategy that came along and is changed is no longer what its title says. */
export function touch(state, { catalogue }) {
  const table = state.strategies[state.shown];
  const language = document.documentElement.lang;
  const shipped = catalogue.shipped.find((one) => JSON.stringify(one.table) === JSON.stringify(table));
  if (!shipped) return;
  table.title = { [language]: retitled("compose.changed", shipped.title) };
  delete table.description;
}
