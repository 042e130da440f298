// Who goes on using the service, and in which year money is spent.
import { apart, byId, capital, fill, h, number, say, table, titled } from "./dom.js";

const COLUMNS = ["monthly", "added", "each", "ranks"];
const group = (row) => (row.dimension === "age_band" ? `${capital(row.dimension_title)} ${row.group_title}` : capital(row.group_title));

/** Monthly users, lasting ones and what one costs; who uses it with the strategy that is shown. */
export function use(answer, one) {
  const found = answer.use;
  byId("use-groups-part").hidden = !found;
  if (!found) {
    fill(byId("use-said"), say("use.none"));
    fill(byId("use"));
    fill(byId("use-notes"));
    return;
  }
  const { shown } = found.scenarios[one.name];
  fill(byId("use-said"), say("use.said", { ...shown, title: one.title }));
  const cells = (scenario) => COLUMNS.map((key) => scenario.reference && key !== "monthly" ? "–" : apart(found.scenarios[scenario.name].shown[key]));
  fill(byId("use"), table(say("use.caption"), [say("answer.head_strategy"), ...COLUMNS.map((key) => say(`use.head_${key}`))],
    answer.scenarios.map((scenario) => [titled(scenario.title, 120), ...cells(scenario)]), "wide split"));
  fill(byId("use-groups"), table(say("use.groups_caption", { title: one.title }), [say("who.group"), say("use.head_active"), say("use.head_using"), say("use.head_lasting")],
    found.groups.filter((row) => row.scenario === one.name).map((row) => [group(row), number(row.active_millions, 2, 2), row.shown.using, row.shown.lasting]), "wide"));
  fill(byId("use-notes"), found.notes.map((text) => h("li", {}, text)));
}

/** Cost by calendar year, where there is more than one. */
export function years(answer) {
  const paid = answer.scenarios.filter((one) => one.years.some((year) => year.p95 > 0));
  const all = answer.scenarios[0].years.map((one) => one.year);
  byId("years-part").hidden = all.length < 2 || !paid.length;
  fill(byId("years"), table(say("use.years_caption"), [say("answer.head_strategy"), ...all.map(String)],
    paid.map((one) => [titled(one.title, 120), ...one.years.map((year) => apart(year.shown))]), "wide split"));
}
