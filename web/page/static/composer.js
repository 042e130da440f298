// Strategies side by side, and the levers of the one that is shown.
import * as api from "./api.js";
import { announce, byId, capital, fill, h, lang, newId, plain, retitled, say, settings, titled } from "./dom.js";
import { control, mark } from "./fields.js";
import { badge, card, fresh, touch } from "./lever.js";
import { isTable, store } from "./state.js";

export const LETTERS = ["A", "B", "C", "D", "E"];
let catalogue = null;
let open = null;
let focus = null;

export const titleOf = (table) => {
  const title = isTable(table?.title) ? table.title : {};
  return [title[lang], title.en, title.fr].find((one) => typeof one === "string" && one) ?? "";
};

const context = () => ({ catalogue, first: settings.policy_start, last: settings.dates_until, open });
const full = () => store.state.strategies.length >= settings.strategies_most;

export function begin(found) {
  catalogue = found;
  fill(byId("shipped"), found.shipped.filter((one) => one.table.lever?.length).map((one) => h("option", { value: one.name }, one.title)));
  byId("take").addEventListener("click", () => {
    const one = catalogue.shipped.find((shipped) => shipped.name === byId("shipped").value);
    if (one) add(structuredClone(one.table));
  });
  byId("fresh").addEventListener("click", () => add({ title: { [lang]: say("compose.mine") }, lever: [] }, "#strategy-title"));
  byId("file").addEventListener("change", upload);
  byId("check").addEventListener("click", paste);
  byId("strategy-title").addEventListener("input", (event) => {
    const title = event.target.value.trim();
    if (title) store.change((state) => { state.strategies[state.shown].title = { [lang]: title }; }, "edit", `${store.state.shown}.title`);
    mark(event.target, title ? "" : say("compose.title_needed"));
  });
  fill(byId("kinds"), found.kinds.map((kind) => h("li", {},
    h("button", { type: "button", on: { click: () => addLever(kind) } }, h("span", { "aria-hidden": "true" }, "+ "), capital(kind.title)),
    " ", badge(kind), h("p", {}, kind.what, "."))));
  store.listen((reason) => { if (!["edit", "view"].includes(reason)) draw(); else tabs(); });
  draw();
}

/** One more strategy, shown at once; the message says so where there is no place. */
export function add(table, next = "#levers summary") {
  if (full()) {
    said(say("compose.full", { most: settings.strategies_most }));
    return;
  }
  focus = next;
  open = null;
  store.change((state) => { state.strategies.push(table); state.shown = state.strategies.length - 1; });
  said(say("compose.added", { title: plain(titleOf(table), 80) }), false);
}

function addLever(kind) {
  const lever = fresh(catalogue, kind, store.table ?? {});
  open = store.table?.lever?.length ?? 0;
  focus = `[data-path="lever[${open + 1}]"] summary`;
  store.change((state) => {
    if (!state.strategies.length) state.strategies.push({ title: { [lang]: say("compose.mine") }, lever: [] });
    touch(state, context());
    const table = state.strategies[state.shown];
    table.lever = [...(table.lever ?? []), lever];
  });
  announce(say("compose.lever_added", { title: capital(kind.title) }));
}

const act = {
  remove: (index) => {
    open = null;
    focus = "#levers summary, #add-lever > summary";
    store.change((state) => { touch(state, context()); state.strategies[state.shown].lever.splice(index, 1); });
    announce(say("compose.lever_removed"));
  },
  again: (index) => {
    open = store.table.lever.length;
    focus = `[data-path="lever[${open + 1}]"] summary`;
    store.change((state) => {
      touch(state, context());
      const table = state.strategies[state.shown];
      const copy = structuredClone(table.lever[index]);
      const taken = new Set(table.lever.map((one) => one.name ?? one.kind));
      const stem = String(copy.name ?? copy.kind).replace(/-\d+$/, "");
      for (let count = 2; ; count += 1) if (!taken.has(`${stem}-${count}`)) { copy.name = `${stem}-${count}`; break; }
      table.lever.push(copy);
    });
  },
};

async function upload(event) {
  const [file] = event.target.files;
  event.target.value = "";
  if (file) await take(file.name, file.size, () => file.text(), said);
}

/** A pasted file: what is wrong with it stands below, and the text stays until it is right. */
async function paste() {
  const field = byId("pasted");
  const wrong = (message) => { mark(field, message); announce(message); };
  const text = field.value;
  if (!text.trim()) wrong(say("compose.nothing"));
  else if (await take("", new TextEncoder().encode(text).length, () => text, wrong)) {
    mark(field, "");
    field.value = "";
  }
}

/** Adds the strategy of a file, or says what is wrong with it, as `mes scenarios check` does. */
async function take(name, size, text, wrong) {
  if (size > settings.upload_most_bytes) {
    wrong(say("compose.too_large", { name: plain(name || say("compose.pasted"), 60), most: Math.round(settings.upload_most_bytes / 1000) }));
    return false;
  }
  try {
    const { table } = await api.parse(await text(), name.replace(/\.toml$/i, ""));
    if (full()) {
      wrong(say("compose.full", { most: settings.strategies_most }));
      return false;
    }
    add(table);
    return true;
  } catch (error) {
    if (!(error instanceof api.Refused)) wrong(say("status.lost"));
    else wrong(error.problems.length ? error.problems.map((one) => one.message).join("\n") : error.message);
    return false;
  }
}

function said(message, wrong = true) {
  const place = byId("composed");
  place.className = wrong ? "problem" : "note";
  place.textContent = wrong ? message : "";
  place.hidden = !wrong;
  announce(message);
}

/** The strategies as buttons, the shown one pressed. */
function tabs() {
  const { strategies, shown } = store.state;
  const buttons = strategies.map((table, index) => h("li", {},
    h("button", {
      type: "button", class: "tab", "aria-pressed": String(index === shown), "data-tab": index,
      on: { click: () => { open = null; focus = `[data-tab="${index}"]`; store.change((state) => { state.shown = index; }, "chosen"); } },
    }, h("span", { class: `letter s${index}` }, LETTERS[index]), " ", titled(titleOf(table), 80))));
  const had = document.activeElement?.dataset?.tab;
  fill(byId("tabs"), buttons);
  if (had !== undefined) byId("tabs").querySelector(`[data-tab="${had}"]`)?.focus();
}

function draw() {
  const { table } = store;
  const { active, at } = { active: document.activeElement, at: focus };
  const path = active?.dataset?.path;
  tabs();
  byId("editor").hidden = !table;
  byId("none").hidden = Boolean(table);
  if (table) {
    const title = byId("strategy-title");
    if (document.activeElement !== title || title.value.trim() !== titleOf(table)) title.value = titleOf(table);
    fill(byId("levers"), (table.lever ?? []).map((lever, index) => card(lever, index, context(), act)));
    const description = isTable(table.description) ? table.description[lang] ?? table.description.en ?? table.description.fr : "";
    byId("description").textContent = typeof description === "string" ? plain(description, 600) : "";
    fill(byId("strategy-actions"),
      h("button", { type: "button", disabled: full(), on: { click: vary } }, say("compose.vary")),
      h("button", { type: "button", on: { click: remove } }, say("compose.remove")));
  }
  byId("add-lever").open = !table?.lever?.length;
  focus = null;
  const next = at ? document.querySelector(at) : path && document.querySelector(`[data-path="${CSS.escape(path)}"]`);
  next?.focus();
}

/** Keeps the strategy as it is and goes on with a copy. */
function vary() {
  const copy = structuredClone(store.table);
  copy.title = { [lang]: retitled("compose.variant", titleOf(copy)) };
  add(copy, "#strategy-title");
}

function remove() {
  const gone = titleOf(store.table);
  open = null;
  focus = store.state.strategies.length > 1 ? '[data-tab="0"]' : "#shipped";
  store.change((state) => { state.strategies.splice(state.shown, 1); state.shown = 0; });
  announce(say("compose.removed", { title: plain(gone, 80) }));
}

/** Puts the problems that the server found where they belong; those without a field stand above. */
export function problems(refused) {
  for (const input of document.querySelectorAll("#compose [aria-invalid]:not(#pasted)")) mark(input, "");
  for (const place of document.querySelectorAll("#compose .problem:not(#composed, #pasted-problem)")) { place.hidden = true; place.textContent = ""; }
  const list = byId("problems");
  if (!refused || refused.strategy === null) { fill(list); return; }
  const here = refused.strategy === store.state.shown;
  fill(list, refused.problems.map((problem) => h("li", {}, problem.message, " ",
    here && place(problem.key) && h("button", { type: "button", class: "small", on: { click: () => reveal(place(problem.key)) } }, say("compose.go")))));
  if (!here) list.prepend(h("li", {}, say("compose.in_strategy", { letter: LETTERS[refused.strategy] ?? "?" })));
  if (here) for (const problem of refused.problems) { const input = place(problem.key); if (input?.id) mark(input, problem.message); }
}

const place = (key) => {
  for (let path = key; path; path = path.replace(/(\.[^.[\]]+|\[\d+\])$/, "")) {
    const found = document.querySelector(`#compose [data-path="${CSS.escape(path)}"]`);
    if (found) return found;
    if (!/[.[]/.test(path)) break;
  }
  return key.startsWith("title") ? byId("strategy-title") : null;
};

function reveal(input) {
  for (let box = input; box; box = box.parentElement) if (box.tagName === "DETAILS") box.open = true;
  (input.matches("details") ? input.querySelector("summary") : input).focus();
}

/** What is taken for granted: structure and drivers. */
export function world() {
  const { structure, drivers } = store.state.world;
  const keys = [...new Set(settings.structures.map((one) => one.key))];
  const change = (part, key, value) => store.change((state) => {
    if (value === undefined) delete state.world[part][key]; else state.world[part][key] = value;
  }, "edit", `world.${part}.${key}`);
  const readings = keys.map((key) => {
    const all = settings.structures.filter((one) => one.key === key);
    const id = newId("field");
    const select = h("select", { id, on: { change: () => change("structure", key, all.find((one) => one.default).choice === select.value ? undefined : select.value) } },
      all.map((one) => h("option", { value: one.choice, selected: one.choice === structure[key] || (structure[key] === undefined && one.default) },
        capital(one.title), one.default ? ` (${say("world.default")})` : "", one.fitted ? "" : ` – ${say("world.unfitted")}`)));
    return h("div", { class: "field" }, h("label", { for: id }, all[0].key_title), select);
  });
  fill(byId("world-fields"), readings, catalogue.drivers.map((field) =>
    control(field, drivers, "drivers", (value) => change("drivers", field.key, value), context())));
}

/** How many of them are not as by default. */
export function worldState() {
  const own = Object.values(store.state.world).reduce((sum, part) => sum + Object.keys(part).length, 0);
  byId("world-state").textContent = own ? say("world.changed", { count: own }) : say("world.as_default");
}
