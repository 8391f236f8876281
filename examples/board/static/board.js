// The page: what arrives goes into `notes`, and `notes` is shown.
import { BoardClient } from "./client.js";

const byId = (id) => document.getElementById(id);
const notes = new Map(); // by id, in the order they were pinned
const removed = new Set(); // ids: a list that is read meanwhile may still have them
const waiting = new Map(); // texts that have no answer yet, by a number of our own
let lastWaiting = 0;

async function login(name) {
  const response = await fetch("/login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name }),
  });
  return response.json();
}

/** What is true now, for a page that is new or has missed too much. */
async function readAll() {
  const before = [...notes.keys()]; // what comes while this reads is newer than what it reads
  const response = await fetch("/notes");
  const current = await response.json();
  const ids = new Set(current.map((note) => note.id));
  for (const id of before) if (!ids.has(id)) notes.delete(id);
  for (const note of current) if (!removed.has(note.id)) notes.set(note.id, note);
  show();
}

function join(name) {
  const ws = new BoardClient({
    token: () => login(name),
    minDelayMs: 200,
    maxDelayMs: 5_000,
    replyTimeoutMs: 60_000, // a note may wait while somebody restarts the server
  });
  let isNew = true;
  ws.on("note_added", ({ note }) => {
    notes.set(note.id, note);
    show();
  });
  ws.on("note_removed", ({ note_id }) => {
    removed.add(note_id);
    notes.delete(note_id);
    show();
  });
  ws.on("people_changed", ({ names }) => {
    byId("people").textContent = names.join(", ");
  });
  ws.on("resync", readAll);
  ws.on("status", (status) => {
    showStatus(status);
    if (status.state === "open" && isNew) {
      isNew = false;
      void readAll();
    }
  });
  showStatus(ws.status);
  byId("join").hidden = true;
  byId("add").hidden = false;
  byId("add").elements.text.focus();
  byId("add").addEventListener("submit", (event) => {
    event.preventDefault();
    void add(ws, byId("add").elements.text.value.trim());
    byId("add").reset();
  });
  byId("notes").addEventListener("click", (event) => {
    if (event.target.dataset.id) remove(ws, event.target.dataset.id);
  });
}

function remove(ws, id) {
  byId("problem").textContent = "";
  try {
    ws.removeNote({ note_id: id });
  } catch (error) {
    byId("problem").textContent = `The note was not taken down: ${error.message}`;
  }
}

/** Pin a note; while there is no connection it waits, and is seen to wait. */
async function add(ws, text) {
  if (text === "") return;
  const number = ++lastWaiting;
  waiting.set(number, text);
  byId("problem").textContent = "";
  show();
  try {
    const { note } = await ws.addNote({ text });
    notes.set(note.id, note);
  } catch (error) {
    byId("problem").textContent = `“${text}” was not pinned: ${error.message}`;
  }
  waiting.delete(number);
  show();
}

function show() {
  const pinned = [...notes.values()].map((note) => card(note.text, note.author, note.id));
  const others = [...waiting.values()].map((text) => card(text, "on its way", null));
  const focused = document.activeElement.dataset.id;
  byId("notes").replaceChildren(...pinned, ...others);
  if (focused) byId("notes").querySelector(`[data-id="${focused}"]`)?.focus();
}

/** Texts of users become text, never HTML. */
function card(text, author, id) {
  const item = document.createElement("li");
  item.append(element("p", text));
  const footer = element("footer", "");
  footer.append(element("span", author));
  if (id === null) item.className = "waiting";
  else {
    const button = element("button", "×");
    button.dataset.id = id;
    button.title = "Take it down";
    button.ariaLabel = `Take down: ${text}`;
    footer.append(button);
  }
  item.append(footer);
  return item;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function showStatus(status) {
  const seconds = Math.ceil((status.delayMs ?? 0) / 1000);
  const words = { waiting: `back in ${seconds} s`, closed: `closed: ${status.reason}` };
  byId("status").dataset.state = status.state;
  byId("status").textContent = words[status.state] ?? status.state;
}

byId("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join(String(new FormData(byId("join")).get("name")).trim());
});
