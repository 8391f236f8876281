// The one socket to the development process: commands, and what happens there.

import { state, changed, take } from "./store.js";

const LONGEST_WAIT_MS = 3_000;

/** @type {WebSocket | null} */
let socket = null;
let attempts = 0;
let numbers = 0;
/** @type {Map<number, { resolve: (value: any) => void, reject: (reason: Error) => void }>} */
const asked = new Map();

/** Open the control socket, and again whenever it was lost. */
export function openControl() {
  const secret = new URLSearchParams(location.search).get("secret") ?? "";
  const url = new URL("/control", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = `?${new URLSearchParams({ secret })}`;
  socket = new WebSocket(url);
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = lose;
}

function hear(message) {
  if (message.is === "hello") {
    attempts = 0;
    state.link = "open";
  }
  const waiting = asked.get(message.id);
  if (message.is === "done" || message.is === "failed") {
    asked.delete(message.id);
    if (message.is === "done") waiting?.resolve(message);
    else waiting?.reject(new Error(message.message));
    return;
  }
  take(message);
}

function lose() {
  state.link = "lost";
  for (const each of asked.values()) each.reject(new Error("The development process is gone."));
  asked.clear();
  attempts += 1;
  setTimeout(openControl, Math.min(LONGEST_WAIT_MS, 200 * attempts));
  changed();
}

/**
 * Have something done; the answer is what the process says of it.
 * @param {string} command
 * @param {Record<string, any>} [details]
 * @returns {Promise<any>}
 */
export function ask(command, details = {}) {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      reject(new Error("The development process cannot be reached."));
      return;
    }
    numbers += 1;
    asked.set(numbers, { resolve, reject });
    socket.send(JSON.stringify({ do: command, id: numbers, ...details }));
  });
}
