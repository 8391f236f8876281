// What the page knows, and the one way in which it is drawn again.

import { useEffect, useReducer } from "./preact.js";
import { frameLog } from "./frames.js";
import { readContract } from "./model.js";

const MAX_RECORDS = 2_000;
const MAX_SAMPLES = 600; // one a second
const BETWEEN_DRAWINGS_MS = 50;
const LONGEST_BETWEEN_MS = 500;
const SHARE = 4; // drawing takes a quarter of the time at most: the rest is for whoever clicks

export const state = {
  /** @type {"connecting" | "open" | "lost"} */
  link: "connecting",
  version: "",
  /** @type {import("./model.js").Contract | null} */
  contract: null,
  /** @type {any[]} what the last regeneration changed for clients */
  changes: [],
  /** @type {any} */
  app: null,
  /** @type {Map<string, any>} */
  people: new Map(),
  /** @type {Map<string, any>} */
  clients: new Map(),
  /** @type {any[]} */
  problems: [],
  problemsText: "",
  /** @type {any[]} */
  records: [],
  /** @type {any} */
  view: null,
  /** @type {any[]} the rates of the last minutes */
  samples: [],
};

/** @type {Set<() => void>} */
const listeners = new Set();
let scheduled = false;
let drawnAt = 0;
let cost = 0;

/** Have the page drawn again: some twenty times a second at most, less where drawing takes long. */
export function changed() {
  if (scheduled) return;
  scheduled = true;
  const between = Math.min(LONGEST_BETWEEN_MS, Math.max(BETWEEN_DRAWINGS_MS, SHARE * cost));
  setTimeout(() => requestAnimationFrame(draw), Math.max(0, drawnAt + between - performance.now()));
}

function draw() {
  scheduled = false;
  drawnAt = performance.now();
  for (const each of listeners) each();
  setTimeout(() => {
    cost = performance.now() - drawnAt;
  });
}

/** Draw a component again whenever something has changed. */
export function useStore() {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    listeners.add(again);
    again();
    return () => listeners.delete(again);
  }, []);
  return state;
}

const HANDLERS = {
  hello(message) {
    state.version = message.version;
    state.contract = readContract(message.contract);
    state.app = message.app;
    state.people = byId(message.people);
    const own = [...state.clients.values()].filter((each) => each.id.startsWith("b"));
    state.clients = byId([...message.clients.map(received), ...own]);
    state.problems = message.problems;
    state.problemsText = message.text ?? "";
    state.records = message.records;
    state.view = message.view ?? null;
    frameLog.reset(message.dropped);
    frameLog.add(message.frames);
  },
  contract(message) {
    state.contract = readContract(message.contract);
    state.changes = message.changes;
  },
  problems(message) {
    state.problems = message.problems;
    state.problemsText = message.text ?? "";
  },
  app(message) {
    state.app = { ...message.app, heardAt: performance.now() };
  },
  person({ person }) {
    state.people.set(person.id, person);
  },
  person_gone({ person }) {
    state.people.delete(person);
  },
  client({ client }) {
    state.clients.set(client.id, received(client));
  },
  client_gone({ client }) {
    state.clients.delete(client);
    frameLog.forget(client);
  },
  frames({ frames }) {
    frameLog.add(frames);
  },
  records({ records }) {
    state.records.push(...records);
    const excess = state.records.length - MAX_RECORDS;
    if (excess > 0) state.records.splice(0, excess);
  },
  view({ view }) {
    state.view = view;
    state.samples.push({ t: view.t, ...view.rates, connections: view.connections.length });
    if (state.samples.length > MAX_SAMPLES) state.samples.shift();
  },
  cleared() {
    frameLog.reset(0);
    state.records = [];
  },
};

/** Take what the development process says. @param {any} message */
export function take(message) {
  const handler = HANDLERS[message.is];
  if (!handler) return;
  handler(message);
  changed();
}

/** When something was heard of counts down the seconds from then. @param {any} client */
function received(client) {
  return { ...client, heardAt: performance.now() };
}

/** @param {{ id: string }[]} list @returns {Map<string, any>} */
function byId(list) {
  return new Map(list.map((each) => [each.id, each]));
}

/** @param {string} id */
export function personOf(id) {
  return state.people.get(state.clients.get(id)?.person) ?? null;
}
