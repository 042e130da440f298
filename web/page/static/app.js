// The page: what a gesture changes, what is asked then, and what is drawn of the answer.
import * as answer from "./answer.js";
import * as api from "./api.js";
import * as asking from "./asking.js";
import * as charts from "./charts.js";
import * as composer from "./composer.js";
import { announce, byId, fill, h, lang, plain, say, sayNodes, settings } from "./dom.js";
import * as keeping from "./keeping.js";
import * as plots from "./plots.js";
import { store } from "./state.js";
import * as used from "./use.js";
import * as who from "./who.js";

const { known } = asking;
let opened = null; // the answer of a run folder

/** Draws the answer that there is. */
function show() {
  const found = known.answer;
  byId("parts").hidden = !found;
  if (!found) return;
  const one = answer.shownOf(found);
  answer.verdict(found, one);
  answer.side(found);
  charts.level(found, one);
  charts.additional(found, one);
  charts.ranked(found);
  who.left(found, one);
  who.stops(found, one);
  who.regions(found, one);
  answer.costs(one);
  used.years(found);
  used.use(found, one);
  answer.assumed(found);
  if (byId("readings").open) charts.courses(found);
}

function heard(what) {
  answer.status(what);
  keeping.able();
  byId("again")?.addEventListener("click", asking.again);
  if (what === "answer") {
    composer.problems(null);
    show();
  }
  if (what === "refused") composer.problems(known.refused);
  if (what === "answer" && known.final) keeping.command();
  if (what === "asked") byId("command-part").hidden = true;
}

/** What the address says of languages and what is wrong with it. */
function around() {
  for (const link of document.querySelectorAll("[data-lang]")) link.href = `/?lang=${link.dataset.lang}${location.hash}`;
  byId("wrong-address").hidden = !store.wrong;
  if (store.wrong) announce(byId("wrong-address").textContent);
}

function changed(reason) {
  around();
  if (reason !== "edit" && reason !== "view") composer.world();
  composer.worldState();
  if (reason === "view") show();
  else if (reason === "chosen") {
    show();
    keeping.able();
    if (known.final) keeping.command();
  } else if (reason === "address" && opened && !store.state.strategies.length && !location.hash) asFolder();
  else asking.ask(reason);
}

/** The results of a finished folder, until the first gesture. */
function asFolder() {
  Object.assign(known, { answer: opened.answer, draws: opened.answer.settings.draws, planned: opened.answer.settings.draws, final: true, stale: false, status: "done", refused: null });
  answer.status("folder");
  keeping.able();
  show();
}

async function folder() {
  if (!settings.folder) return;
  opened = await api.folder();
  opened.answer = asking.cleaned(opened.answer);
  byId("folder").hidden = false;
  fill(byId("folder-said"), sayNodes("folder.said", { name: h("code", {}, plain(opened.name, 100)) }));
  fill(byId("folder-strategies"), opened.answer.scenarios.map((scenario, index) => [scenario, opened.strategies[index]])
    .filter(([scenario, table]) => table && !scenario.reference)
    .map(([scenario, table]) => h("li", {}, h("button", { type: "button", on: { click: () => composer.add(structuredClone(table)) } }, h("bdi", {}, plain(scenario.title, 80))))));
  byId("folder-show").addEventListener("click", () => { history.pushState(null, "", `${location.pathname}${location.search}`); dispatchEvent(new PopStateEvent("popstate")); });
}

function places() {
  for (const button of document.querySelectorAll("[data-go]"))
    button.addEventListener("click", () => {
      const place = byId(button.dataset.go);
      place.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
      place.focus({ preventScroll: true });
    });
}

function views() {
  for (const details of document.querySelectorAll(".unfolded")) details.open = innerWidth >= 704;
  byId("stops-group").addEventListener("change", (event) => store.change((state) => { state.view.group = event.target.value; }, "view"));
  for (const input of document.querySelectorAll('input[name="map"]'))
    input.addEventListener("change", () => store.change((state) => { state.view.map = input.value; }, "view"));
  let width = innerWidth;
  let timer = 0;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(timer);
    timer = setTimeout(show, 150);
  });
  byId("readings").addEventListener("toggle", () => byId("readings").open && known.answer && charts.courses(known.answer));
}

async function begin() {
  places();
  views();
  keeping.begin();
  plots.begin();
  asking.onKnown(heard);
  try {
    const [found] = await Promise.all([api.catalogue(), folder()]);
    composer.begin(found);
  } catch (error) {
    byId("broken").hidden = false;
    byId("broken").textContent = error instanceof api.Refused ? error.message : say("status.not_loaded");
    announce(byId("broken").textContent);
    return;
  }
  byId("compose").removeAttribute("aria-busy");
  store.listen(changed);
  store.start();
  document.documentElement.dataset.ready = lang;
}

begin();
