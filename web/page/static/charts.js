// The charts of an answer: the level with the target, what strategies add, cost against effect, what carries the growth.
import { between, byId, day, fill, h, number, say, table } from "./dom.js";
import * as plots from "./plots.js";
import { COLOURS, DASHES, INK, MARKS } from "./plots.js";

const LINES = 5;
const NARROW = 560;

/** The strategies that are drawn, each with its letter and look: all that were asked for, or those that add most. */
export function looks(answer) {
  const others = answer.scenarios.filter((one) => !one.reference);
  const most = others.length <= LINES ? others
    : [...others].sort((a, b) => b.measures.additional_millions.p50 - a.measures.additional_millions.p50).slice(0, LINES);
  return most.map((scenario, index) => ({ scenario, letter: "ABCDE"[index], colour: COLOURS[index], dash: DASHES[index], mark: MARKS[index] }));
}

const wide = (box) => box.clientWidth >= NARROW;
const named = (look, room) => (room ? `${look.letter} ${plots.safe(look.scenario.title, 25)}` : look.letter);
const hovers = (title, dates, series) => {
  const shown = plots.safe(title, 60);
  return dates.map((date, at) => `${shown}<br>${day(date)}: ${number(series.p50[at])} ${between(series.p05[at], series.p95[at])}`);
};
const quarters = (dates, from) => dates.map((date, at) => ({ date, at }))
  .filter(({ date, at }) => date >= from && (at === dates.length - 1 || (dates[at + 1] && date.slice(5, 7) % 3 === 1 && Number(date.slice(8)) <= 7)));

const bands = (dates, at, scenarios, pick) => scenarios.map((one) => [one.title, pick(one)]).map(([title, series]) =>
  [title, at.map((index) => [number(series.p50[index], 2, 2), " ", h("small", {}, between(series.p05[index], series.p95[index], (value) => number(value, 2, 2)))])]);

function asTable(place, caption, dates, from, scenarios, pick) {
  const at = quarters(dates, from);
  const columns = bands(dates, at.map((one) => one.at), scenarios, pick);
  fill(byId(place), h("summary", {}, say("chart.as_table")),
    table(caption, [say("chart.date"), ...columns.map(([title]) => title)], at.map(({ date }, row) => [day(date), ...columns.map(([, cells]) => cells[row])]), "dates split compared"));
}

/** The chart that answers: status quo with its fan, the target, published counts, strategies labelled at their ends. */
export function level(answer, shown) {
  const box = byId("level");
  const room = wide(box);
  const height = room ? 430 : 360;
  const margin = { l: 44, r: room ? 215 : 40, t: 18, b: 36 };
  const { dates, settings } = answer;
  const [reference] = answer.scenarios;
  const all = looks(answer);
  const aimed = settings.target_on !== "users"; // a target on users is of another scale
  const range = [0, Math.max(aimed ? settings.target_millions : 0, reference.activated.p95.at(-1), ...all.map((one) => one.scenario.activated.p95.at(-1))) * 1.08];
  const traces = [plots.band(dates, reference.activated.p05, reference.activated.p95, INK, 0.14)];
  for (const look of all) if (look.scenario === shown) traces.push(plots.band(...since(look.scenario.activated, dates, settings.policy_start).slice(0, 3), look.colour, 0.2));
  traces.push(plots.line(dates, reference.activated.p50, INK, "solid", hovers(reference.title, dates, reference.activated)));
  for (const look of all) {
    const [days, , , middle] = since(look.scenario.activated, dates, settings.policy_start);
    const from = dates.length - days.length;
    traces.push(plots.line(days, middle, look.colour, look.dash, hovers(look.scenario.title, dates, look.scenario.activated).slice(from)));
  }
  traces.push({
    x: answer.published.map((one) => one.date), y: answer.published.map((one) => one.millions), type: "scatter", mode: "markers",
    marker: { symbol: "circle-open", size: 8, color: INK, line: { width: 1.6 } }, error_y: { type: "data", array: answer.published.map((one) => 1.645 * one.error_millions), color: INK, thickness: 1, width: 2 },
    hovertext: answer.published.map((one) => `${say("chart.published")}<br>${day(one.date)}: ${number(one.millions, 1)}`), hoverinfo: "text",
  });
  const ending = [{ y: reference.activated.p50.at(-1), text: room ? plots.safe(reference.title, 26) : say("chart.status_quo_short"), colour: INK },
    ...all.map((look) => ({ y: look.scenario.activated.p50.at(-1), text: named(look, room), colour: look.colour }))];
  const target = { x: 0.01, xref: "paper", y: settings.target_millions, yref: "y", yanchor: "bottom", xanchor: "left", showarrow: false, text: say("chart.target", { millions: number(settings.target_millions, 1) }), font: { color: "#8c0d20" } };
  const layout = plots.look({
    height, margin, xaxis: plots.axis({ type: "date", range: [dates[0], dates.at(-1)], nticks: room ? 8 : 4, tickformat: "%Y", dtick: room ? "M12" : "M24" }),
    yaxis: plots.axis({ range, rangemode: "tozero" }),
    shapes: [...(aimed ? [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: settings.target_millions, y1: settings.target_millions, line: { color: "#c40d28", width: 1.8, dash: "dash" } }] : []),
      { type: "line", x0: settings.policy_start, x1: settings.policy_start, yref: "paper", y0: 0, y1: 1, line: { color: "#8a8a8a", width: 1, dash: "dot" } }],
    annotations: [...(aimed ? [target] : []), { x: settings.policy_start, y: 0.02, yref: "paper", xanchor: "right", yanchor: "bottom", showarrow: false, text: say("chart.policy"), font: { color: "#4a4a4a", size: 12 } },
      ...plots.ends(ending, dates.at(-1), { height: height - margin.t - margin.b, range, room })],
  });
  const said = shown && !shown.reference ? say("chart.level_said_with", { title: shown.title, value: shown.shown.activated }) : "";
  plots.draw(box, traces, layout, `${say(aimed ? "chart.level_said" : "chart.level_said_users", { value: reference.shown.activated, target: number(settings.target_millions, 1) })} ${said}`);
  key("level-key", all, answer);
  asTable("level-table", say("chart.level_caption"), dates, settings.data_end, [reference, ...all.map((one) => one.scenario)], (one) => one.activated);
}

/** Days, low, high, middle of a series from a day on. */
function since(series, dates, from) {
  const at = Math.max(0, dates.findIndex((date) => date >= from) - 1);
  return [dates.slice(at), series.p05.slice(at), series.p95.slice(at), series.p50.slice(at)];
}

/** What the letters and lines mean, beside charts that have no place for titles. */
function key(place, all, answer) {
  fill(byId(place),
    h("li", {}, h("span", { class: "letter quo" }, say("chart.status_quo_short")), " ", answer.scenarios[0].title),
    all.map((look) => h("li", {}, h("span", { class: `letter s${"ABCDE".indexOf(look.letter)}` }, look.letter), " ", h("bdi", {}, look.scenario.title))));
}

/** What strategies add, on a scale of its own; a panel each where several add something. */
export function additional(answer, shown) {
  const { dates, settings } = answer;
  const all = looks(answer);
  byId("additional-part").hidden = !all.length;
  if (!all.length) return;
  const box = byId("additional");
  const room = wide(box);
  const height = room ? 330 : 300;
  const margin = { l: 50, r: room ? 215 : 40, t: 14, b: 36 };
  const series = all.map((look) => since(look.scenario.additional, dates, settings.policy_start));
  const front = all.findIndex((look) => look.scenario === shown);
  const seen = series.flatMap(([, low, high, middle], at) => (at === front ? [...low, ...high, ...middle] : middle));
  const range = plots.span(seen);
  const hover = (look, days) => hovers(look.scenario.title, dates, look.scenario.additional).slice(dates.length - days.length);
  const traces = [];
  if (front >= 0) traces.push(plots.band(...series[front].slice(0, 3), all[front].colour, 0.18));
  all.forEach((look, at) => traces.push(plots.line(series[at][0], series[at][3], look.colour, look.dash, hover(look, series[at][0]))));
  const ending = all.map((look, at) => ({ y: series[at][3].at(-1), text: named(look, room), colour: look.colour }));
  const days = plots.axis({ type: "date", range: [series[0][0][0], dates.at(-1)], tickformat: room ? "%b %Y" : "%b", tickangle: 0, nticks: room ? 7 : 5 });
  plots.draw(box, traces, plots.look({
    height, margin, xaxis: days, yaxis: plots.axis({ range, zeroline: true, zerolinecolor: "#8a8a8a" }),
    annotations: plots.ends(ending, dates.at(-1), { height: height - margin.t - margin.b, range, room }),
  }), all.map((look) => say("chart.additional_said", { title: look.scenario.title, value: look.scenario.shown.additional })).join(" "));
  asTable("additional-table", say("chart.additional_caption"), dates, settings.policy_start, all.map((one) => one.scenario), (one) => one.additional);
  panels(all, series, hover);
}

/** Small multiples, each with its interval, on one scale; only of strategies that add something. */
function panels(all, series, hover) {
  const place = byId("panels");
  const kept = all.map((look, at) => ({ look, at })).filter(({ at }) => series[at][2].at(-1) > 0 || series[at][1].at(-1) < 0);
  const differ = kept.length > 1;
  byId("panels-part").hidden = !differ;
  if (!differ) { fill(place); return; }
  const range = plots.span(kept.flatMap(({ at }) => [...series[at][1], ...series[at][2]]));
  fill(place, kept.map(({ look }) => h("figure", {}, h("figcaption", {}, h("span", { class: `letter s${"ABCDE".indexOf(look.letter)}` }, look.letter), " ", h("bdi", {}, look.scenario.title)), h("div", { class: "plot small" }))));
  kept.forEach(({ look, at }, index) => {
    const [days, low, high, middle] = series[at];
    plots.draw(place.children[index].querySelector(".plot"),
      [plots.band(days, low, high, look.colour, 0.18), plots.line(days, middle, look.colour, look.dash, hover(look, days))],
      plots.look({ height: 170, margin: { l: 40, r: 10, t: 6, b: 26 }, xaxis: plots.axis({ type: "date", tickformat: "%b", nticks: 4, range: [days[0], days.at(-1)] }), yaxis: plots.axis({ range, nticks: 4, zeroline: true, zerolinecolor: "#8a8a8a" }) }),
      say("chart.additional_said", { title: look.scenario.title, value: look.scenario.shown.additional }));
  });
}

/** Strategies ranked by what they add, with what they cost beside it. */
export function ranked(answer) {
  const all = looks(answer);
  byId("ranked-part").hidden = !all.length;
  if (!all.length) return;
  const box = byId("ranked");
  const room = wide(box);
  const order = [...all].sort((a, b) => a.scenario.measures.additional_millions.p50 - b.scenario.measures.additional_millions.p50);
  const rows = order.map((_, at) => at);
  const dots = (measure, axes, digits, unit) => order.map((look, at) => {
    const { p05, p50, p95 } = look.scenario.measures[measure];
    return {
      x: [p50], y: [at], type: "scatter", mode: "markers", ...axes, marker: { color: look.colour, symbol: look.mark, size: 11 },
      error_x: { type: "data", symmetric: false, array: [p95 - p50], arrayminus: [p50 - p05], color: look.colour, thickness: 2, width: 4 },
      hovertext: [`${plots.safe(look.scenario.title, 60)}<br>${number(p50, digits)} ${between(p05, p95, (value) => number(value, digits))} ${unit}`], hoverinfo: "text",
    };
  });
  const reach = (measure) => plots.span(order.flatMap((look) => Object.values(look.scenario.measures[measure])));
  const height = (room ? 1 : 2) * (order.length * 34 + 60) + 20;
  const names = { tickvals: rows, ticktext: order.map((look) => named(look, room)), range: [-0.6, order.length - 0.4], ticks: "", gridcolor: "#f0f0f0" };
  const place = room ? [[0, 0.47], [0.53, 1], [0, 1], [0, 1]] : [[0, 1], [0, 1], [0.6, 1], [0, 0.4]];
  const title = (text) => ({ text, standoff: 6, font: { size: 12 } });
  plots.draw(box, [...dots("additional_millions", { xaxis: "x", yaxis: "y" }, 2, say("chart.millions")), ...dots("cost_millions_eur", { xaxis: "x2", yaxis: "y2" }, 1, say("chart.euros"))],
    plots.look({
      height, margin: { l: 20, r: 12, t: 10, b: 44 },
      xaxis: plots.axis({ domain: place[0], range: reach("additional_millions"), title: title(say("chart.additional_axis")), zeroline: true, zerolinecolor: "#8a8a8a", nticks: 6 }),
      xaxis2: plots.axis({ domain: place[1], anchor: "y2", range: reach("cost_millions_eur"), title: title(say("chart.cost_axis")), zeroline: true, zerolinecolor: "#8a8a8a", nticks: 6 }),
      yaxis: plots.axis({ ...names, domain: place[2] }), yaxis2: plots.axis({ ...names, domain: place[3], anchor: "x2", showticklabels: !room }),
    }),
    [...order].reverse().map(({ scenario }) => say("chart.ranked_said", { title: scenario.title, additional: scenario.shown.additional, cost: scenario.shown.cost })).join(" "));
}

/** What carries the growth, as it is drawn or fixed. */
export function courses(answer) {
  for (const [name, records] of Object.entries({ documents: [], growth: [], ...answer.courses })) {
    const box = byId(`course-${name}`);
    if (!box || !Array.isArray(records) || !records.length) continue;
    const dates = records.map((one) => one.date);
    const of = (quantile) => records.map((one) => one[quantile]);
    const range = plots.span([...of("p05"), ...of("p95")]);
    const said = say("chart.course_said", { what: say(`chart.${name}`), first: number(of("p50")[0]), last: number(of("p50").at(-1)), interval: between(of("p05").at(-1), of("p95").at(-1)) });
    plots.draw(box, [plots.band(dates, of("p05"), of("p95"), INK, 0.14), plots.line(dates, of("p50"), INK, "solid", hovers(say(`chart.${name}`), dates, { p05: of("p05"), p50: of("p50"), p95: of("p95") }))],
      plots.look({ height: 200, margin: { l: 44, r: 12, t: 8, b: 30 }, xaxis: plots.axis({ type: "date", tickformat: "%Y", dtick: "M12" }), yaxis: plots.axis({ range, nticks: 5 }) }),
      said);
    byId(`course-${name}-said`).textContent = said;
  }
}
