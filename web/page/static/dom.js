// Elements and words. Whatever a person wrote becomes a text node, never markup.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("words");
export const settings = read("settings");
export const lang = document.documentElement.lang;
const locale = lang === "fr" ? "fr-FR" : "en-GB";

/** The text of "section.key" with its values; a key that is missing is a fault of the page and said as such. */
export function say(key, values = {}) {
  const [section, name] = key.split(".");
  const text = words[section]?.[name];
  if (text === undefined) throw new Error(`no word ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, value) => values[value]);
}

/** The same as nodes, for values that are elements. */
export function sayNodes(key, values) {
  return say(key, Object.fromEntries(Object.keys(values).map((name) => [name, `\0${name}\0`])))
    .split("\0")
    .map((part, index) => (index % 2 ? values[part] : part));
}

export const has = (key) => key.split(".").reduce((found, name) => found?.[name], words) !== undefined;

/** An element: attributes, `on` its listeners, and children (nodes, texts, lists of them; nothing is left out). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, heard] of Object.entries(value)) element.addEventListener(event, heard);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The interval of a figure below it. */
export const apart = (text) => {
  const at = text.search(/[\u00a0 ]\[/);
  return at < 0 ? text : [text.slice(0, at), " ", h("small", {}, text.slice(at + 1))];
};

export const byId = (id) => document.getElementById(id);
export const fill = (element, ...children) =>
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));

/** A text that a person wrote, on one line, without what turns the direction of writing or can't be seen. */
export function plain(text, most = 200) {
  // eslint-disable-next-line no-control-regex
  const shown = String(text).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, " ").trim();
  const signs = [...shown];
  return signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : shown;
}

/** A title as an element: it can't turn or stretch what is around it. */
export const titled = (text, most) => h("bdi", { class: "title" }, plain(text, most) || say("compose.untitled"));

const LONGEST_TITLE = 60; // as the schema of files has it

/** A title with something added to it, cut where it would be too long for a file. */
export const retitled = (key, title) => say(key, { title: [...title].slice(0, LONGEST_TITLE - [...say(key, { title: "" })].length).join("") });

export const capital = (text) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

/** What is dear to make is made once. */
const once = (make) => {
  const made = new Map();
  return (...given) => {
    const key = given.join();
    if (!made.has(key)) made.set(key, make(...given));
    return made.get(key);
  };
};
const numbers = once((most, least) => new Intl.NumberFormat(locale, { maximumFractionDigits: most, minimumFractionDigits: least }));
const threes = once(() => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }));
const days = once(() => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }));

export const number = (value, most = 2, least = 0) =>
  value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : numbers(most, least).format(value);

/** A number to three figures, of whatever size it is. */
export const figures = (value) => threes().format(value);

export const day = once((iso) => days().format(new Date(`${iso}T00:00:00Z`)));

export const between = (low, high, shown = number) => `[${shown(low)};\u00a0${shown(high)}]`;

/** Says something to who doesn't see it. */
export function announce(text) {
  byId("live").textContent = text;
}

let ids = 0;
export const newId = (stem) => `${stem}-${(ids += 1)}`;

/** A table with roles said, as narrow screens lay it out in blocks. `rows`: [heading, …cells], `null` for a heading row. */
export function table(caption, heads, rows, classes = "") {
  const cell = (content, index) => h("td", { role: "cell", "data-head": heads[index + 1] }, content);
  return h("table", { role: "table", class: `figures ${classes}` },
    h("caption", {}, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads.map((head) => h("th", { role: "columnheader", scope: "col" }, head)))),
    h("tbody", { role: "rowgroup" }, rows.map(([first, ...cells]) =>
      h("tr", { role: "row" }, h("th", { role: "rowheader", scope: "row" }, first), cells.map(cell)))));
}

/** Something that can be opened. */
export const opened = (summary, ...content) => h("details", {}, h("summary", {}, summary), ...content);
