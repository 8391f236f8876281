// Drives a compiled client: takes commands from stdin and prints what happens, JSON line by line.
//
//     node drive_client.mjs path/to/client.js [virtual]
//
// With `virtual`, time stands still for the client until it is told to elapse.

import { basename } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { WebSocket } from "ws";

const [path, mode] = process.argv.slice(2);
const print = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const { setImmediate: nextTurn } = globalThis;

/** Timers that fire when they are told to. */
class Clock {
  now = 1_700_000_000_000;
  timers = new Map();
  lastId = 0;

  install() {
    const { setTimeout, clearTimeout } = globalThis;
    Date.now = () => this.now;
    globalThis.setTimeout = (run, delay = 0, ...values) => {
      // What is below the client has to go on living in real time.
      const isClient = new Error().stack.split("\n")[2].includes(basename(path));
      if (!isClient) return setTimeout(run, delay, ...values);
      const isInRange = delay >= 1 && delay < 2 ** 31; // as timers are everywhere
      const timer = { id: ++this.lastId, due: this.now + (isInRange ? delay : 1), run };
      this.timers.set(timer.id, timer);
      return timer;
    };
    globalThis.clearTimeout = (timer) => {
      if (!this.timers.delete(timer?.id)) clearTimeout(timer);
    };
  }

  async elapse(ms) {
    const until = this.now + ms;
    for (let next; (next = this.first()) !== undefined && next.due <= until; ) {
      this.timers.delete(next.id);
      this.now = next.due;
      next.run();
      await new Promise(nextTurn); // what the timer started may set timers itself
    }
    this.now = until;
  }

  first() {
    return [...this.timers.values()].sort((a, b) => a.due - b.due)[0];
  }
}

/** The platform's WebSocket, which says what it is asked for. */
class WatchedWebSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    print({ event: "socket", url: String(url), protocols });
    latestSocket = this;
  }
}
let latestSocket = null;

const failure = (error) => ({
  name: error.name,
  code: error.code ?? null,
  message: error.message,
  details: error.details ?? null,
});

const fail = (text) => {
  throw new Error(text);
};

const clock = mode === "virtual" ? new Clock() : null;
clock?.install();
const module = await import(pathToFileURL(path).href);
const clients = new Map();
const tokenAnswers = new Map(); // number of the question -> resolve, reject
let questions = 0;

/** A getter of tokens that asks the test. */
function askForToken() {
  const question = ++questions;
  return new Promise((resolve, reject) => {
    tokenAnswers.set(question, { resolve, reject });
    print({ event: "token", question });
  });
}

function listener(command, name, client) {
  return (value) => {
    if (command.when && value.state !== command.when) return;
    print({ event: command.tag ?? "heard", on: command.on, value });
    if (command.stops) clients.get(name).stops.get(command.stops)();
    if (command.call) client[command.call](...(command.with ?? []));
    if (command.throws) throw new Error(command.throws);
    if (command.rejects) return Promise.reject(new Error(command.rejects));
  };
}

const actions = {
  new({ name = "ws", type = "RealtimeClient", options = {}, undefined: unset = [], ...command }) {
    const { asks, tokens, random, bare, then, broken, unmakeable } = command;
    if (random !== undefined) Math.random = () => random;
    const all = bare ? options : { webSocket: WatchedWebSocket, ...options };
    for (const option of unset) all[option] = undefined;
    if (asks) all.token = askForToken;
    if (tokens) all.token = () => tokens.shift() ?? null;
    if (broken) all.token = () => fail(broken);
    if (unmakeable) all.webSocket = function () { fail(unmakeable); };
    const client = new module[type](all);
    clients.set(name, { client, stops: new Map() });
    print({ event: "status", value: client.status });
    client.on("status", (value) => print({ event: "status", value }));
    if (then) client[then]();
  },
  on(command) {
    const { client, stops } = clients.get(command.name ?? "ws");
    const heard = listener(command, command.name ?? "ws", client);
    // One function may listen several times.
    for (const as of [command.as ?? command.on].flat()) stops.set(as, client.on(command.on, heard));
  },
  off({ name = "ws", as }) {
    clients.get(name).stops.get(as)();
  },
  // Calls a method; a promise that it returns is printed when it is settled.
  call({ name = "ws", method, with: values = [], ref }) {
    const { client } = clients.get(name);
    let result;
    try {
      result = client[method](...values);
    } catch (error) {
      return print({ event: "result", ref, thrown: failure(error) });
    }
    if (!(result instanceof Promise)) return print({ event: "result", ref, value: result ?? null });
    result.then(
      (value) => print({ event: "result", ref, resolved: value }),
      (error) => print({ event: "result", ref, rejected: failure(error) }),
    );
  },
  status({ name = "ws" }) {
    print({ event: "result", ref: "status", value: clients.get(name).client.status });
  },
  token({ question, value, error }) {
    const { resolve, reject } = tokenAnswers.get(question);
    if (error !== undefined) reject(new Error(error));
    else resolve(value);
  },
  async elapse({ ms }) {
    await clock.elapse(ms);
    print({ event: "result", ref: "elapse", value: clock.timers.size });
  },
  timers() {
    print({ event: "result", ref: "timers", value: clock.timers.size });
  },
  readyState() {
    print({ event: "result", ref: "readyState", value: latestSocket.readyState });
  },
  // Surroundings without something that others have.
  forget({ name }) {
    delete globalThis[name];
    print({ event: "result", ref: "forget", value: name in globalThis });
  },
  // What all objects have by now.
  objects({ name }) {
    print({ event: "result", ref: "objects", value: {}[name] ?? null });
  },
  // The page's browser says that there is a network again.
  online() {
    globalThis.dispatchEvent(new Event("online"));
  },
  // A page: something to derive the URL from.
  page({ href }) {
    const events = new EventTarget();
    globalThis.location = new URL(href);
    globalThis.addEventListener = events.addEventListener.bind(events);
    globalThis.removeEventListener = events.removeEventListener.bind(events);
    globalThis.dispatchEvent = events.dispatchEvent.bind(events);
    globalThis.WebSocket = WatchedWebSocket;
  },
};

print({ event: "ready" });
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  await actions[command.do](command);
}
// Nothing holds the process now but what clients left behind.
print({ event: "end", timers: clock?.timers.size ?? 0 });
