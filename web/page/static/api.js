// What is asked of the server. A refusal is a Refused with one message in the language; anything else is a lost connection.
import { lang } from "./dom.js";

const client = `tab-${crypto.getRandomValues(new Uint32Array(3)).join("-")}`;

export class Refused extends Error {
  constructor(error) {
    super(error.message);
    this.status = error.status;
    this.problems = error.problems ?? [];
    this.strategy = error.strategy ?? null;
  }
}

async function checked(answer) {
  if (answer.ok) return answer;
  let error;
  try {
    ({ error } = await answer.json());
  } catch {
    throw new TypeError(`HTTP ${answer.status}`);
  }
  throw new Refused(error);
}

const at = (path) => `${path}?lang=${lang}`;
const posted = (path, body, signal) =>
  fetch(at(path), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal }).then(checked);

export const catalogue = () => fetch(at("/api/catalogue")).then(checked).then((answer) => answer.json());
export const folder = () => fetch(at("/api/folder")).then(checked).then((answer) => answer.json());
export const parse = (toml, name) => posted("/api/parse", { toml, name }).then((answer) => answer.json());
export const written = (strategy, signal) => posted("/api/toml", { strategy }, signal).then((answer) => answer.json());

/** The question that a state asks. */
export const question = (state) => ({ client, strategies: state.strategies, structure: state.world.structure, drivers: state.world.drivers });

/** Calls `heard` with each event of the stream. */
export async function answers(state, heard, signal) {
  const answer = await posted("/api/answers", question(state), signal);
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) heard(JSON.parse(line));
    if (done) return;
  }
}

/** A file to keep: its name and content. */
export async function download(what, state) {
  const answer = await posted("/api/download", { what, index: state.shown, ...question(state) });
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? what;
  return { name, content: await answer.blob() };
}
