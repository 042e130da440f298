// What can be kept: files, pictures of the charts, the address, the command that repeats the numbers.
import * as api from "./api.js";
import { announce, byId, fill, h, say } from "./dom.js";
import { known } from "./asking.js";
import { picture } from "./plots.js";
import { store } from "./state.js";

const NEEDS_ALL = ["csv", "xlsx", "report", "folder", "pictures"];

export function begin() {
  for (const button of document.querySelectorAll("[data-download]")) button.addEventListener("click", () => keep(button));
  for (const button of document.querySelectorAll("[data-picture]"))
    button.addEventListener("click", () => picture(byId(button.dataset.picture), button.dataset.format, `mes-${button.dataset.picture}`));
  byId("copy").addEventListener("click", copy);
}

/** What can be had now: all but the strategy's file needs the whole answer. */
export function able() {
  for (const button of document.querySelectorAll("[data-download]")) {
    const { download: what } = button.dataset;
    button.disabled = NEEDS_ALL.includes(what) ? known.status !== "done" : !store.table || known.status === "wrong";
  }
  byId("needs-all").hidden = known.status === "done";
}

async function keep(button) {
  said(say("keep.making"));
  button.setAttribute("aria-busy", "true");
  try {
    const { name, content } = await api.download(button.dataset.download, store.state);
    const address = URL.createObjectURL(content);
    h("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    said(say("keep.made", { name }));
  } catch (error) {
    said(error instanceof api.Refused ? error.message : say("status.lost"));
  }
  button.removeAttribute("aria-busy");
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    said(say("keep.copied"));
  } catch {
    said(say("keep.not_copied"));
  }
}

function said(text) {
  byId("kept").textContent = text;
  announce(text);
}

let asking = null;

/** The file of the shown strategy and the command that gives the same numbers. */
export async function command() {
  asking?.abort();
  const { table } = store;
  byId("command-part").hidden = !table || known.status === "wrong";
  if (!table) return;
  const mine = (asking = new AbortController());
  try {
    const { toml, command: typed } = await api.written(table, mine.signal);
    fill(byId("command"), typed);
    fill(byId("toml"), toml);
  } catch (error) {
    if (error.name !== "AbortError") byId("command-part").hidden = true;
  }
}
