// What a person has composed, and its place in the address. The address holds all of it; nothing is kept elsewhere.
import { settings } from "./dom.js";

const VERSION = 1;
const TOGETHER = 1500; // milliseconds in which changes of one field are one step back

export const empty = () => ({ v: VERSION, strategies: [], shown: 0, world: { structure: {}, drivers: {} }, view: {} });
export const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export function encode(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The state of a fragment, or an error where it is none. What is wrong within a strategy is the server's to say. */
export function decode(fragment) {
  const text = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
  const state = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(text, (sign) => sign.charCodeAt(0))));
  if (!isTable(state) || state.v !== VERSION || !Array.isArray(state.strategies)) throw new Error("no state");
  if (state.strategies.length > settings.strategies_most || !state.strategies.every(readable)) throw new Error("no strategies");
  const shown = Number.isInteger(state.shown) && state.shown >= 0 && state.shown < state.strategies.length ? state.shown : 0;
  const world = isTable(state.world) ? state.world : {};
  return {
    ...empty(),
    strategies: state.strategies,
    shown,
    world: { structure: isTable(world.structure) ? world.structure : {}, drivers: isTable(world.drivers) ? world.drivers : {} },
    view: isTable(state.view) ? state.view : {},
  };
}

const readable = (table) =>
  isTable(table) && (table.lever === undefined || (Array.isArray(table.lever) && table.lever.every(isTable)));

class Store {
  state = empty();
  wrong = false;
  #heard = [];
  #last = { key: "", at: 0 };

  /** `heard(reason)`: "edit" a gesture in a field, "rebuilt" one that adds or takes away, "view", "address". */
  listen(heard) {
    this.#heard.push(heard);
  }

  start() {
    addEventListener("popstate", () => this.#read());
    addEventListener("hashchange", () => this.#read());
    this.#read();
  }

  get table() {
    return this.state.strategies[this.state.shown];
  }

  /** Changes the state. `key` names a field: what follows at once in the same one is no further step back. */
  change(how, reason = "rebuilt", key = "") {
    const state = structuredClone(this.state);
    how(state);
    this.state = state;
    this.wrong = false;
    const now = Date.now();
    const same = reason === "view" || (key !== "" && key === this.#last.key && now - this.#last.at < TOGETHER);
    this.#last = { key, at: now };
    history[same ? "replaceState" : "pushState"](null, "", `${location.pathname}${location.search}#${encode(state)}`);
    this.#tell(reason);
  }

  #read() {
    const fragment = location.hash.slice(1);
    if (fragment && !this.wrong && fragment === encode(this.state)) return;
    this.#last = { key: "", at: 0 };
    try {
      this.state = fragment ? decode(fragment) : empty();
      this.wrong = false;
    } catch {
      this.state = empty();
      this.wrong = true;
    }
    this.#tell("address");
  }

  #tell(reason) {
    for (const heard of this.#heard) heard(reason);
  }
}

export const store = new Store();
