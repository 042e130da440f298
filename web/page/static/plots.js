// What every chart shares: Plotly, loaded after the page; its look; labels that don't cover each other; texts that can't
// be markup there.
import { h, lang, plain, say } from "./dom.js";

export const INK = "#1a1a1a";
export const COLOURS = ["#00578a", "#b34700", "#00694a", "#8a2a7d", "#6b5300"];
export const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];
export const MARKS = ["circle", "square", "diamond", "triangle-up", "cross"];
export const clear = (colour, opacity) => `rgba(${[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).join(", ")}, ${opacity})`;

/** Text for Plotly, which reads some tags and names in braces. */
export const safe = (text, most = 40) => plain(text, most).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("%{", "% {").replaceAll("$", "＄");

let loading = null;

function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "/static/plotly.min.js", on: { load: () => resolve(window.Plotly), error: () => { loading = null; reject(new Error("plotly")); } } });
    document.head.append(script);
  }).then((found) => {
    const month = (style) => Array.from({ length: 12 }, (_, at) => new Intl.DateTimeFormat("fr-FR", { month: style, timeZone: "UTC" }).format(Date.UTC(2024, at, 15)));
    const weekday = (style) => Array.from({ length: 7 }, (_, at) => new Intl.DateTimeFormat("fr-FR", { weekday: style, timeZone: "UTC" }).format(Date.UTC(2024, 8, 1 + at)));
    found.register({ moduleType: "locale", name: "fr", dictionary: {}, format: { days: weekday("long"), shortDays: weekday("short"), months: month("long"), shortMonths: month("short"), date: "%d/%m/%Y", decimal: ",", thousands: "\u202f" } });
    return found;
  });
  return loading;
}
export const begin = () => plotly().catch(() => {});

const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, locale: lang, doubleClick: false, scrollZoom: false, showTips: false };
const drawn = new WeakMap();

/** Draws, or draws again, in a box; `what` is said to who can't see it. The last drawing asked for wins. */
export async function draw(box, traces, layout, what) {
  const mine = Symbol();
  drawn.set(box, mine);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", what);
  try {
    const library = await plotly();
    if (drawn.get(box) === mine) await library.react(box, traces, layout, CONFIG);
  } catch {
    box.textContent = say("chart.unavailable");
  }
}

export const picture = (box, format, name) =>
  plotly().then((library) => library.downloadImage(box, { format, filename: name, width: 1000, height: 560, scale: format === "png" ? 2 : 1 }));

export const axis = (more = {}) => ({ tickangle: 0, gridcolor: "#e2e2e2", linecolor: "#8a8a8a", zeroline: false, fixedrange: true, automargin: true, ticks: "outside", ticklen: 4, tickcolor: "#8a8a8a", ...more });

export const look = (more = {}) => ({
  font: { family: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif', size: 13, color: INK },
  paper_bgcolor: "#fff", plot_bgcolor: "#fff", showlegend: false, hovermode: "closest", dragmode: false,
  separators: lang === "fr" ? ",\u202f" : ".,", margin: { l: 44, r: 16, t: 16, b: 36 },
  hoverlabel: { bgcolor: "#fff", bordercolor: "#4a4a4a", font: { color: INK }, align: "left" }, ...more,
});

/** Labels at the ends of lines, moved apart so that none covers another. `ends`: {y, text, colour}. */
export function ends(list, x, { height, range, gap = 17, room }) {
  const scale = height / (range[1] - range[0]);
  const placed = list.map((end) => ({ ...end, at: (end.y - range[0]) * scale })).sort((a, b) => a.at - b.at);
  for (let index = 1; index < placed.length; index += 1) placed[index].at = Math.max(placed[index].at, placed[index - 1].at + gap);
  let top = height + 4;
  for (let index = placed.length - 1; index >= 0; index -= 1) {
    placed[index].at = Math.min(placed[index].at, top);
    top = placed[index].at - gap;
  }
  return placed.map((end) => ({
    x, y: end.y, xref: "x", yref: "y", text: end.text, showarrow: true, arrowhead: 0, arrowwidth: 0.8, arrowcolor: end.colour,
    ax: 14, ay: (end.y - range[0]) * scale - end.at, axref: "pixel", ayref: "pixel", xanchor: "left", align: "left", standoff: 0,
    font: { color: end.colour, size: room ? 13 : 14 }, bgcolor: "rgba(255, 255, 255, 0.75)", borderpad: 1,
  }));
}

/** An interval over time as a closed shape. */
export const band = (dates, low, high, colour, opacity, more = {}) => ({
  x: [...dates, ...[...dates].reverse()], y: [...low, ...[...high].reverse()], fill: "toself", mode: "lines", line: { width: 0 },
  fillcolor: clear(colour, opacity), hoverinfo: "skip", type: "scatter", ...more,
});

export const line = (dates, values, colour, dash, hover, more = {}) => ({
  x: dates, y: values, type: "scatter", mode: "lines", line: { color: colour, dash, width: 2.5 }, hovertext: hover, hoverinfo: "text", ...more,
});

/** Beginning and end of an axis that holds all of it, from `least` on. */
export function span(values, least = 0, above = 0.06) {
  const known = values.filter((value) => Number.isFinite(value));
  const low = Math.min(least, ...known);
  const high = Math.max(...known, low + 1e-6);
  const room = (high - low) * above;
  return [low < least ? low - room : low, high + room];
}
