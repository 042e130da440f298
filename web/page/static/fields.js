// Form controls for the keys of a lever, by type. A control knows its path, as the server's problems name it:
// `lever[1].target.age_from` (counted from 1). Values go to the table when they can be read, else the field says so.
import { capital, day, h, has, newId, number, plain, say } from "./dom.js";
import { isTable } from "./state.js";

/** A short label, and what else is to be known: the words of the page, else those of the schema, cut where they go on. */
export function labels(field) {
  const own = `field.${field.key}`;
  const meaning = field.meaning.replace(/\s\((true|false)\)/g, "");
  const [first, ...rest] = meaning.split(/\u202f?; /);
  const more = has(own) ? [meaning] : rest;
  return { label: has(own) ? say(own) : capital(first), hint: [...more, capital(field.allowed)].map((text) => text.replace(/\.$/, "")).join(". ") };
}

/**
 * One field. `table` is read, `set(value, reason)` writes (undefined takes the key away), `path` is its name in problems.
 */
export function control(field, table, path, set, context) {
  const make = MAKERS[field.type] ?? text;
  return make({ field, value: table[field.key], path: `${path}.${field.key}`, set, context, ...labels(field) });
}

function row({ label, hint, path }, input, ...after) {
  const id = input.id || (input.id = newId("field"));
  input.dataset.path = path;
  const described = `${id}-hint`;
  input.setAttribute("aria-describedby", `${described} ${id}-problem`);
  return h("div", { class: "field" },
    h("label", { for: id }, label), input, ...after,
    h("small", { id: described, class: "hint" }, hint),
    h("p", { id: `${id}-problem`, class: "problem", hidden: true }));
}

/** Marks a control as wrong, or as right again. */
export function mark(input, message) {
  const place = document.getElementById(`${input.id}-problem`);
  if (!place) return;
  place.textContent = message;
  place.hidden = !message;
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function figure(asked, whole) {
  const { field, value, set } = asked;
  const input = h("input", {
    type: "number", inputmode: whole ? "numeric" : "decimal", step: whole ? 1 : "any", min: field.low, max: field.high,
    value: typeof value === "number" ? value : "", placeholder: field.default ?? "", required: field.required,
    on: {
      input: () => {
        const read = input.value === "" ? undefined : Number(input.value);
        const { badInput, rangeUnderflow, rangeOverflow } = input.validity;
        const wrong = badInput || rangeUnderflow || rangeOverflow || (whole && read !== undefined && !Number.isInteger(read)) || (read === undefined && field.required);
        mark(input, wrong ? say("compose.needed", { allowed: field.allowed }) : "");
        if (!wrong) set(read, "edit");
      },
    },
  });
  return row(asked, input);
}

function text(asked) {
  const input = h("input", {
    type: "text", value: typeof asked.value === "string" ? asked.value : "", maxlength: 200, autocomplete: "off", spellcheck: "false",
    on: { input: () => asked.set(input.value.trim() || undefined, "edit") },
  });
  return row(asked, input);
}

function date(asked) {
  const input = h("input", {
    type: "date", value: typeof asked.value === "string" ? asked.value : "", min: asked.context.first, max: asked.context.last,
    on: { change: () => asked.set(input.value || undefined, "edit") },
  });
  return row({ ...asked, hint: asked.hint.replace(/\. [^.]*\d{4}-\d\d-\d\d[^.]*$/, "") }, input);
}

const choice = (asked, options, chosen, read) => {
  const input = h("select", { on: { change: () => asked.set(read(input.value), "edit") } },
    options.map(([value, title]) => h("option", { value, selected: value === chosen }, title)));
  return row(asked, input);
};

function truth(asked) {
  const { field, value } = asked;
  const yes = [["true", say("field.yes")], ["false", say("field.no")]];
  const chosen = typeof value === "boolean" ? String(value) : field.default === null ? "" : String(field.default);
  const options = field.default === null ? [["", say("field.any")], ...yes] : yes;
  const shown = { ...asked, hint: asked.hint.replace(/\. [^.]*(true|false)[^.]*$/, "") };
  return choice(shown, options, chosen, (read) => (read === "" || read === String(field.default) ? undefined : read === "true"));
}

const chosen = (asked) =>
  choice(asked, asked.field.choices.map(({ value, title }) => [value, capital(title)]), asked.value, (read) => read);

/** A group of controls with a heading of its own. */
export const group = (title, ...content) => h("fieldset", {}, h("legend", {}, title), ...content);

function nested(fields) {
  return (asked) => {
    const table = () => (isTable(asked.value) ? asked.value : {});
    let now = table();
    const set = (key) => (value, reason) => {
      now = { ...now, [key]: value };
      if (value === undefined) delete now[key];
      asked.set(Object.keys(now).length ? now : undefined, reason);
    };
    const inner = fields(asked.context.catalogue).map((field) =>
      control({ ...field, required: false }, now, asked.path, set(field.key), asked.context));
    const place = h("input", { type: "hidden", id: newId("field") });
    place.dataset.path = asked.path;
    return h("div", { class: "nested" }, place, h("p", { id: `${place.id}-problem`, class: "problem", hidden: true }), inner);
  };
}

function regions(asked) {
  const values = new Set(Array.isArray(asked.value) ? asked.value : []);
  const set = () => asked.set(values.size ? asked.context.catalogue.regions.filter((name) => values.has(name)) : undefined, "edit");
  const said = () => (values.size ? say("field.some_regions", { count: values.size }) : say("field.all_regions"));
  const summary = h("summary", {}, asked.label, " – ", h("span", {}, said()));
  const boxes = asked.context.catalogue.regions.map((name) => {
    const box = h("input", {
      type: "checkbox", checked: values.has(name),
      on: { change: () => { if (box.checked) values.add(name); else values.delete(name); summary.lastChild.textContent = said(); set(); } },
    });
    return h("label", { class: "check" }, box, " ", name);
  });
  const place = h("details", { id: newId("field"), class: "regions" }, summary, h("fieldset", {}, h("legend", {}, asked.label), boxes));
  place.dataset.path = asked.path;
  return h("div", { class: "field" }, place, h("p", { id: `${place.id}-problem`, class: "problem", hidden: true }));
}

/** A list whose items can be added and taken away; `item(value, index, set)` is the content of one. */
function list(asked, item, fresh) {
  const box = h("div", { class: "list", id: newId("field"), role: "group", "aria-label": asked.label });
  box.dataset.path = asked.path;
  let values = Array.isArray(asked.value) ? [...asked.value] : [];
  const write = (reason) => asked.set(values.length ? values : undefined, reason);
  const draw = () => {
    const items = values.map((value, index) => h("div", { class: "item" },
      item(value, index, (changed) => { values = values.with(index, changed); write("edit"); }),
      h("button", {
        type: "button", class: "small", "aria-label": say("field.remove_item", { number: index + 1, what: asked.label }),
        on: { click: () => { values = values.toSpliced(index, 1); write("edit"); draw(); box.lastChild.focus(); } },
      }, "×")));
    const more = h("button", {
      type: "button", class: "small",
      on: { click: () => { values = [...values, fresh(values)]; write("edit"); draw(); box.querySelector(".item:last-of-type input")?.focus(); } },
    }, say("field.add_item", { what: asked.label }));
    box.replaceChildren(...items, more);
  };
  draw();
  return h("div", { class: "field" }, h("p", { class: "label" }, asked.label), box,
    h("p", { id: `${box.id}-problem`, class: "problem", hidden: true }));
}

const dayInput = (value, name, path, context, set) => {
  const input = h("input", { type: "date", value: typeof value === "string" ? value : "", "aria-label": name, min: context.first, max: context.last, on: { change: () => input.value && set(input.value) } });
  input.dataset.path = path;
  return input;
};

const dates = (asked) => list(asked,
  (value, index, set) => dayInput(value, say("field.day_of", { number: index + 1 }), `${asked.path}[${index + 1}]`, asked.context, set),
  (values) => values.at(-1) ?? asked.context.first);

const bursts = (asked) => list(asked,
  (value, index, set) => {
    let now = isTable(value) ? value : {};
    const path = `${asked.path}[${index + 1}]`;
    const weeks = h("input", { type: "number", min: 1, max: 52, step: 1, value: now.weeks ?? "", "aria-label": say("field.weeks_of", { number: index + 1 }),
      on: { input: () => { if (Number.isInteger(Number(weeks.value)) && weeks.value) set((now = { ...now, weeks: Number(weeks.value) })); } } });
    weeks.dataset.path = `${path}.weeks`;
    return [dayInput(now.start, say("field.day_of", { number: index + 1 }), `${path}.start`, asked.context, (start) => set((now = { ...now, start }))), weeks];
  },
  () => ({ start: asked.context.first, weeks: 4 }));

const MAKERS = {
  int: (asked) => figure(asked, true), float: (asked) => figure(asked, false), bool: truth, date, dates, bursts, regions,
  choice: chosen, name: text, text, price: nested((catalogue) => catalogue.price), target: nested((catalogue) => catalogue.target),
};

/** A lever in a line: its dose, days and target, as they differ from nothing said. */
export function inShort(lever, fields, target) {
  const parts = [];
  const aimed = isTable(lever.target) ? target.map((field) => [field, lever.target[field.key]]) : [];
  for (const [field, value] of [...fields.map((one) => [one, lever[one.key]]), ...aimed]) {
    if (value === undefined || ["name", "means", "target", "cost", "one_off_cost"].includes(field.key)) continue;
    const shown = typeof value === "boolean" ? say(value ? "field.yes" : "field.no")
      : field.type === "date" && /^\d{4}-\d\d-\d\d$/.test(value) ? day(value)
      : Array.isArray(value) ? (field.type === "regions" ? plain(value.join(", "), 120) : String(value.length)) : typeof value === "number" ? number(value, 4) : plain(value, 60);
    parts.push(say("field.is", { label: labels(field).label, value: shown }));
  }
  if (isTable(lever.cost) || isTable(lever.one_off_cost)) parts.push(say("field.own_price"));
  return parts.join(" · ");
}
