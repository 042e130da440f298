// The answer in words and figures: how far it is computed, what the shown strategy brings, all strategies side by side.
import { LETTERS } from "./composer.js";
import { announce, apart, byId, capital, day, fill, h, number, plain, say, sayNodes, table, titled } from "./dom.js";
import { known } from "./asking.js";
import { store } from "./state.js";

/** The scenario of an answer that is composed now; the status quo where none is. */
export const shownOf = (answer) => answer.scenarios[Math.min(store.state.strategies.length ? store.state.shown + 1 : 0, answer.scenarios.length - 1)];

/** Where the work stands. What is said aloud: answers, errors, waiting; not each draw. */
export function status(what) {
  const part = byId("status");
  const of = known.planned;
  const { status: now } = known;
  const texts = {
    done: () => say("status.done", { draws: known.draws }),
    wrong: () => known.refused.message,
    lost: () => say("status.lost"),
    busy: () => known.refused?.message ?? say("status.lost"),
    asking: () => known.others ? say("status.waiting", { others: known.others })
      : known.draws && !known.stale ? say("status.partial", { draws: known.draws, of })
      : known.answer ? say("status.old") : say("status.first"),
  };
  fill(part, h("p", {}, h("strong", { class: `state ${now}` }, say(`status.is_${now === "asking" && !known.stale ? "provisional" : now}`)), " ", texts[now]()),
    known.note && now === "asking" && h("p", { class: "note" }, known.note),
    (now === "lost" || now === "busy") && h("button", { type: "button", id: "again" }, say("status.again")));
  const bar = byId("progress");
  bar.hidden = now !== "asking";
  bar.max = of || 1;
  if (now === "asking" && of) bar.value = Math.max(known.done, known.stale ? 0 : known.draws);
  else bar.removeAttribute("value");
  byId("results").classList.toggle("provisional", now !== "done");
  byId("results").classList.toggle("stale", known.stale);
  byId("results").setAttribute("aria-busy", String(now === "asking"));
  if (what === "refused" || what === "lost") announce(texts[now]());
  if (what === "answer" && (known.final || known.draws <= 4)) {
    const one = shownOf(known.answer);
    announce(`${texts[now]()} ${one.reference ? say("answer.aloud_quo", { activated: one.shown.activated }) : say("answer.aloud", { title: plain(one.title, 80), additional: one.shown.additional, cost: one.shown.cost })}`);
  }
}

/** French has a plural from two on. */
const millions = (one, measure) => say(one.measures[measure].p50 >= 2 ? "answer.some_million" : "answer.one_million");
const figure = (text) => h("span", { class: "number" }, text);

/** The answer in sentences. */
export function verdict(answer, one) {
  const [reference] = answer.scenarios;
  const until = day(answer.settings.until);
  const goal = say(`answer.goal_${answer.settings.target_on}`, { target: number(answer.settings.target_millions, 1) });
  const chance = (scenario) => h("span", {}, figure(scenario.shown.probability), "\u00a0", figure(scenario.shown.probability_interval));
  const sentences = one.reference
    ? [sayNodes("answer.quo", { until, activated: figure(one.shown.activated), goal, probability: chance(one), date: figure(one.shown.date) })]
    : [sayNodes("answer.with", { title: titled(one.title, 120), until, activated: figure(one.shown.activated), additional: figure(one.shown.additional), millions: millions(one, "additional_millions") }),
       sayNodes(one.measures.doctor_minutes_millions.p95 ? "answer.cost_minutes" : "answer.cost", { cost: figure(one.shown.cost), each: figure(one.shown.each), minutes: figure(one.shown.minutes), millions: millions(one, "cost_millions_eur"), millions_minutes: millions(one, "doctor_minutes_millions") }),
       sayNodes("answer.chance", { goal, until, probability: chance(one), before: chance(reference), date: figure(one.shown.date) })];
  if (answer.settings.target_on === "users" && answer.use) {
    const monthly = (scenario) => figure(answer.use.scenarios[scenario.name].shown.monthly);
    sentences.push(sayNodes(one.reference ? "answer.users_quo" : "answer.users", { monthly: monthly(one), before: monthly(reference) }));
  }
  fill(byId("verdict"), sentences.map((sentence) => h("p", {}, sentence)), one.few_aimed.map((text) => h("p", { class: "warning" }, text)));
  fill(byId("bar-figure"), one.reference ? say("answer.bar_quo", { activated: one.shown.activated }) : say("answer.bar", { additional: one.shown.additional }));
}

/** All of them side by side; a strategy that isn't composed here but comes from a folder has no letter. */
export function side(answer) {
  const until = day(answer.settings.until);
  const heads = ["strategy", "activated", "additional", "cost", "each", "minutes", answer.settings.target_on === "users" ? "probability_users" : "probability", "date"].map((key) => say(`answer.head_${key}`, { target: number(answer.settings.target_millions, 1) }));
  const rows = answer.scenarios.map((one, index) => [
    h("span", {}, index > 0 && index <= LETTERS.length && answer.scenarios.length <= LETTERS.length + 1 && h("span", { class: `letter s${index - 1}` }, LETTERS[index - 1]), " ", titled(one.title, 120)),
    ...["activated", "additional", "cost", "each", "minutes"].map((key) => apart(one.shown[key])),
    [one.shown.probability, " ", h("small", {}, one.shown.probability_interval)], apart(one.shown.date.replaceAll("\u00a0", " "))]);
  fill(byId("side"), table(say("answer.caption", { until }), heads, rows, "wide split"));
  const last = answer.scenarios.flatMap((one) => one.target_reached_by.map((by, at) => ({ one, by, at }))).filter(({ by }) => by.day > answer.settings.until);
  fill(byId("later"), last.map(({ one, by, at }) => h("li", {}, sayNodes("answer.by", { title: titled(one.title, 80), day: day(by.day), chance: one.shown.by[at] }))));
}

/** What each lever costs, for the strategy that is shown. */
export function costs(one) {
  byId("costs-part").hidden = !one.costs.length;
  const rows = one.costs.map((cost) => [capital(cost.lever_title), capital(cost.item_title), h("span", { class: `badge ${cost.status}` }, cost.status_title),
    [cost.shown, "\u00a0", say(cost.eur_millions.p95 === 0 && cost.minutes_millions.p95 > 0 ? "answer.million_minutes" : "answer.million_euros")]]);
  fill(byId("costs"), table(say("answer.costs_caption"), ["lever", "item", "price", "spent"].map((key) => say(`answer.head_${key}`)), rows, "wide close"));
}

export function assumed(answer) {
  fill(byId("assumed"), answer.assumed.map((text) => h("li", {}, text)));
}
