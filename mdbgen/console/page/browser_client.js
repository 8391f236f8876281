// Clients "as this browser": sockets of this page, which can do what any page can, and no more.

import { state, take } from "./store.js";

/** @type {Map<string, WebSocket>} */
const sockets = new Map();
let count = 0;
let frameNumber = -1;

/** @param {any} person @param {string} endpointName @param {string | null} token */
export function connectHere(person, endpointName, token) {
  count += 1;
  const id = `b${count}`;
  const endpoint = state.contract.endpoints.find((each) => each.name === endpointName);
  const url = `ws://${location.hostname}:${new URL(state.app.url).port}${pathOf(endpoint)}`;
  const socket = token ? new WebSocket(url, ["bearer", token]) : new WebSocket(url);
  sockets.set(id, socket);
  tell({
    id,
    person: person.id,
    endpoint: endpointName,
    carrier: token ? "subprotocol" : "none",
    origin: location.origin,
    headers: [],
    query: [],
    status: "connecting",
    connection_id: null,
    connected_at: null,
    handshake: null,
    trail: [],
    close: null,
    faults: [],
  });
  listen(socket, id);
  return id;
}

/** Where the app serves an endpoint, which may include or mount the router elsewhere. */
function pathOf(endpoint) {
  return state.app.paths?.[endpoint.name] ?? endpoint.path;
}

/** @param {WebSocket} socket @param {string} id */
function listen(socket, id) {
  socket.onopen = () => update(id, { status: "open", connected_at: Date.now() });
  socket.onmessage = (event) => {
    const isText = typeof event.data === "string";
    const text = isText ? event.data : null;
    note(id, "in", text, isText ? new Blob([text]).size : event.data.size, !isText);
    if (!isText) return;
    const message = parsed(text);
    if (message?.type === "ping") sendHere(id, '{"type":"pong"}');
    if (message?.type === "connected") update(id, { connection_id: message.connection_id });
  };
  socket.onclose = (event) => {
    sockets.delete(id);
    const stated = state.contract?.closes.filter((each) => each.code === event.code) ?? [];
    const known = stated.find((each) => each.reason === event.reason) ?? stated[0];
    const meaning =
      event.code === 1006
        ? "no close arrived: refused before it was open, or the network ended it. A browser is told nothing else"
        : (known?.meaning ?? "a code of the app's own");
    note(id, "event", `closed ${event.code} ${event.reason}`.trim(), 0, false);
    update(id, {
      status: "closed",
      close: {
        code: event.code,
        reason: event.reason,
        by: event.code === 1006 ? "network" : "server",
        meaning,
        client: known?.client ?? "stop",
        again_in_s: null,
      },
    });
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} id @param {string} text */
export function sendHere(id, text) {
  const socket = sockets.get(id);
  if (socket?.readyState !== WebSocket.OPEN) throw new Error("This client is not connected.");
  socket.send(text);
  note(id, "out", text, new Blob([text]).size, false);
}

/** @param {string} id @param {number} code @param {string} reason */
export function closeHere(id, code, reason) {
  sockets.get(id)?.close(code, reason);
}

/** @param {string} id */
export function forgetHere(id) {
  sockets.get(id)?.close(1000);
  take({ is: "client_gone", client: id });
}

function note(client, way, text, bytes, binary) {
  // Numbers below zero: those above are the development process's.
  take({ is: "frames", frames: [{ n: frameNumber, t: Date.now(), client, way, text, bytes, binary }] });
  frameNumber -= 1;
}

function update(id, changes) {
  const client = state.clients.get(id);
  if (client) tell({ ...client, ...changes });
}

function tell(client) {
  take({ is: "client", client });
}
