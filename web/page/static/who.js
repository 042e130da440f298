// For whom: groups that are left behind, what stops people, regions.
import { apart, byId, capital, fill, h, number, plain, say, table } from "./dom.js";
import { looks } from "./charts.js";
import { store } from "./state.js";

const DIFFER = 0.3; // points between strategies from which it is shown
const SHADES = ["#ffffff", "#dcecf7", "#b8d8ee", "#8fc1e3"];
/** Places of the regions on the grid, row and column, and their short names. */
const TILES = {
  "Hauts-de-France": [1, 3, "HDF"], Normandie: [2, 2, "NOR"], "Île-de-France": [2, 3, "IDF"], "Grand Est": [2, 4, "GES"],
  Bretagne: [3, 1, "BRE"], "Pays de la Loire": [3, 2, "PDL"], "Centre-Val de Loire": [3, 3, "CVL"], "Bourgogne-Franche-Comté": [3, 4, "BFC"],
  "Nouvelle-Aquitaine": [4, 2, "NAQ"], "Auvergne-Rhône-Alpes": [4, 3, "ARA"], Occitanie: [5, 2, "OCC"],
  "Provence-Alpes-Côte d'Azur et Corse": [5, 3, "PAC"], "Outre-mer (DROM)": [5, 1, "DROM"],
};

const of = (rows, one) => rows.filter((row) => row.scenario === one.name);
const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** Median and interval on a common scale; the numbers stand beside. */
function dots({ p05, p50, p95 }, [low, high]) {
  const at = (value) => (3 + 94 * Math.min(1, Math.max(0, (value - low) / (high - low || 1)))).toFixed(1);
  return svg("svg", { class: "dots", viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    ...(low < 0 && high > 0 ? [svg("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 12 })] : []),
    svg("line", { class: "range", x1: at(p05), x2: at(p95), y1: 6, y2: 6 }), svg("line", { class: "middle", x1: at(p50), x2: at(p50), y1: 1, y2: 11 }));
}

/** A group in words; ages alone need the name of what is grouped. */
const group = (row) => (row.dimension === "age_band" ? `${capital(row.dimension_title)} ${row.group_title}` : capital(row.group_title));

const reach = (rows, measure) => [Math.min(0, ...rows.map((row) => row[measure].p05)), Math.max(0, ...rows.map((row) => row[measure].p95))];

export function left(answer, one) {
  const rows = of(answer.left_behind, one).filter((row) => row.dimension !== "region");
  const scale = reach(rows, "gap_points");
  const worse = one.reference ? [] : rows.filter((row) => row.gap_change_points.p95 < 0);
  fill(byId("left-said"), one.reference ? say("who.quo") : worse.length
    ? say("who.worse", { groups: worse.map(group).join(", ") }) : say("who.none_worse"));
  const heads = [say("who.group"), say("who.members"), say("who.share"), say("who.gap"), ...(one.reference ? [] : [say("who.change"), say("who.lag")])];
  fill(byId("left"), table(say("who.caption", { title: one.title }), heads, rows.map((row) => [
    group(row), number(row.members_millions, 1, 1), row.shown.share,
    [row.shown.gap, dots(row.gap_points, scale)], ...(one.reference ? [] : [row.shown.change, row.shown.lag])]), "wide"));
  differ(answer, rows);
}

/** Strategies beside each other, only for groups where they differ. */
function differ(answer, rows) {
  const all = looks(answer);
  const change = (row, look) => answer.left_behind.find((other) => other.scenario === look.scenario.name && other.dimension === row.dimension && other.group === row.group);
  const kept = all.length < 2 ? [] : rows.filter((row) => {
    const values = all.map((look) => change(row, look)?.gap_change_points.p50 ?? 0);
    return Math.max(...values) - Math.min(...values) >= DIFFER;
  });
  byId("differ-part").hidden = all.length < 2;
  fill(byId("differ"), kept.length ? table(say("who.differ_caption"), [say("who.group"), ...all.map((look) => plain(`${look.letter} ${look.scenario.title}`, 40))],
    kept.map((row) => [group(row), ...all.map((look) => apart(change(row, look)?.shown.change ?? "–"))]), "wide split compared") : h("p", {}, say("who.alike")));
}

export function stops(answer, one) {
  const [reference] = answer.scenarios;
  const rows = of(answer.stops, one);
  const groups = [...new Map(rows.map((row) => [`${row.dimension}/${row.group}`, row.dimension === "all" ? row.group_title : `${row.dimension_title} – ${row.group_title}`]))];
  const chosen = groups.some(([key]) => key === store.state.view.group) ? store.state.view.group : groups[0]?.[0];
  fill(byId("stops-group"), groups.map(([key, title]) => h("option", { value: key, selected: key === chosen }, capital(title))));
  const here = rows.filter((row) => `${row.dimension}/${row.group}` === chosen);
  const before = (row) => of(answer.stops, reference).find((other) => other.dimension === row.dimension && other.group === row.group && other.obstacle === row.obstacle);
  const part = (kinds, caption) => {
    const found = here.filter((row) => kinds.includes(row.kind));
    const scale = [0, Math.max(...found.map((row) => row.share_left.p95), 0.01)];
    const heads = [say("who.obstacle"), say("who.people"), say("who.of_them"), ...(one.reference ? [] : [say("who.before")])];
    return table(caption, heads, found.map((row) => [capital(row.obstacle_title), row.people_shown, [row.shown, dots(row.share_left, scale)], ...(one.reference ? [] : [before(row)?.shown ?? "–"])]), "wide");
  };
  const most = here.filter((row) => row.kind === "place").sort((a, b) => b.people_millions.p50 - a.people_millions.p50)[0];
  fill(byId("stops-said"), most ? say("who.most", { obstacle: most.obstacle_title, people: most.people_shown }) : "");
  fill(byId("stops"), part(["place", "would_pass"], say("who.places_caption")), part(["barrier"], say("who.barriers_caption")));
}

export function regions(answer, one) {
  const rows = of(answer.regions, one);
  const gain = !one.reference && store.state.view.map !== "share";
  byId("map-choice").hidden = one.reference;
  for (const input of document.querySelectorAll('input[name="map"]')) input.checked = input.value === (gain ? "gain" : "share");
  const value = (row) => (gain ? row.gain_points.p50 : row.share.p50);
  const values = rows.map(value);
  const [low, high] = [gain ? 0 : Math.min(...values), Math.max(...values)];
  const shade = (row) => SHADES[high - low > 1e-9 ? Math.max(0, Math.min(3, Math.floor((4 * (value(row) - low)) / (high - low)))) : 0];
  fill(byId("map"), rows.map((row) => {
    const [line, column, short] = TILES[row.region] ?? [6, 1, row.region.slice(0, 4)];
    const [middle, ...interval] = (gain ? row.shown.gain : row.shown.share).split("\u00a0[");
    return h("li", { style: `grid-row: ${line}; grid-column: ${column}; background: ${shade(row)}` },
      h("abbr", { "aria-hidden": "true" }, short), h("span", { class: "region" }, row.region_title), h("strong", {}, middle), interval.length > 0 && h("small", {}, `\u00a0[${interval.join("\u00a0[")}`));
  }));
  fill(byId("map-said"), say(gain ? "who.map_gain" : "who.map_share"));
  fill(byId("regions"), h("summary", {}, say("chart.as_table")), table(say("who.regions_caption"),
    [say("who.region"), say("who.living"), say("who.share"), ...(one.reference ? [] : [say("who.gain")])],
    rows.map((row) => [row.region_title, number(row.living_millions, 1, 1), row.shown.share, ...(one.reference ? [] : [row.shown.gain])]), "wide"));
}
