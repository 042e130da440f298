// One question at a time: a new gesture ends the old one, a lost connection is tried again, nothing that was there is lost.
import { answers, Refused } from "./api.js";
import { plain } from "./dom.js";
import { store } from "./state.js";

const PAUSE = { edit: 250, other: 0 };
const AGAIN = [1000, 2000, 4000, 8000];
const BUSY = 3000;

/** What is known now; `status`: asking, done, wrong (a Refused), lost, busy. */
export const known = { answer: null, of: null, draws: 0, planned: 0, done: 0, final: false, stale: true, status: "asking", note: "", others: 0, refused: null, warm: true };

/** An answer whose titles and sentences can't turn what is around them. */
export const cleaned = (answer) => ({
  ...answer,
  scenarios: answer.scenarios.map((one) => ({ ...one, title: plain(one.title) })),
  assumed: answer.assumed.map((text) => plain(text, 2000)),
});

let heard = () => {};
let timer = 0;
let running = null;
let tries = 0;

export const onKnown = (listener) => { heard = listener; };

export function ask(reason = "other") {
  clearTimeout(timer);
  running?.abort();
  tries = 0;
  Object.assign(known, { status: "asking", stale: true, refused: null, done: 0, note: "", others: 0, final: false });
  heard("asked");
  timer = setTimeout(run, reason === "edit" ? PAUSE.edit : PAUSE.other);
}

export function again() {
  clearTimeout(timer);
  running?.abort();
  known.status = "asking";
  heard("asked");
  run();
}

async function run() {
  const mine = (running = new AbortController());
  const { state } = store;
  let ended = false;
  const here = (what, change) => {
    if (mine !== running || mine.signal.aborted) return;
    Object.assign(known, change);
    heard(what);
  };
  const take = (event) => {
    tries = 0;
    if (event.event === "accepted") here("accepted", { note: event.note ?? "", warm: event.warm !== false });
    if (event.event === "waiting") here("waiting", { others: event.others });
    if (event.event === "progress") here("progress", { done: event.done, planned: event.of, others: 0 });
    if (event.event === "answer") {
      ended = event.final;
      const { draws, of, final } = event;
      const answer = cleaned(event.answer);
      here("answer", { answer, of: state, draws, planned: of, final, others: 0, stale: false, status: final ? "done" : "asking" });
    }
    if (event.event === "cancelled") ended = true;
    if (event.event === "error") throw new Refused(event.error);
  };
  try {
    await answers(state, take, mine.signal);
    if (!ended) throw new TypeError("the stream ended before the answer");
  } catch (error) {
    if (mine !== running || mine.signal.aborted) return;
    if (error instanceof Refused && ![429, 503].includes(error.status)) here("refused", { status: "wrong", refused: error });
    else {
      const busy = error instanceof Refused;
      here("lost", { status: busy ? "busy" : "lost", refused: busy ? error : null });
      timer = setTimeout(again, busy ? BUSY : AGAIN[Math.min(tries, AGAIN.length - 1)]);
      tries += 1;
    }
  }
}
