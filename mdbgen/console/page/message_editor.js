// One message to write: which one, as a form or as JSON, each in step with the other.

import { html, useState } from "./preact.js";
import { pretty, visible } from "./format.js";
import { hiddenIn } from "./contract_view.js";
import { ENVELOPE } from "./model.js";
import { mistakesIn } from "./validation.js";
import { ObjectFields } from "./fields.js";
import { JsonEditor } from "./json_editor.js";
import { Tabs } from "./widgets.js";

const MODES = [
  { id: "form", label: "Form" },
  { id: "json", label: "JSON" },
];

/**
 * What is being written: the text counts, the form changes it.
 * @param {import("./model.js").Message[]} messages
 * @param {any} [free] where nothing is declared, what the text is at first
 */
export function useDraft(messages, free = { type: "hello" }) {
  const [key, setKey] = useState("");
  const [mode, setMode] = useState("form");
  const [drafts, setDrafts] = useState({});
  const message = messages.find((each) => each.key === key) ?? messages[0] ?? null;
  const slot = message?.key ?? "";
  const text = drafts[slot] ?? pretty(message ? bare(message) : free);
  const value = parsed(text);
  return {
    message,
    messages,
    text,
    value,
    mode: message ? mode : "json",
    setKey,
    setMode,
    setText: (changed) => setDrafts({ ...drafts, [slot]: changed }),
    setValue: (changed) => setDrafts({ ...drafts, [slot]: pretty(changed) }),
  };
}

/** An example without what the server, or this page, adds by itself. @param {import("./model.js").Message} message */
function bare(message) {
  const added = message.way === "receive" ? new Set(["id"]) : hiddenIn(message);
  return Object.fromEntries(
    Object.entries({ type: message.name, ...message.example }).filter(([name]) => name === "type" || !added.has(name)),
  );
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {{ id: string, draft: ReturnType<typeof useDraft>, schemas: any, label: string }} props */
export function MessageEditor({ id, draft, schemas, label }) {
  const { message, messages, value } = draft;
  const mistakes = message && value ? mistakesOf(draft, schemas) : [];
  return html`<div class="message-editor">
    ${message
      ? html`<div class="message-choice">
          <label class="unseen" for="${id}-message">${label}</label>
          <select id="${id}-message" class="input mono" value=${message.key} onChange=${(event) => draft.setKey(event.currentTarget.value)}>
            ${messages.map((each) => html`<option key=${each.key} value=${each.key}>${visible(each.name)}</option>`)}
          </select>
          <${Tabs} label="How to write it" tabs=${MODES} chosen=${draft.mode} onChoose=${draft.setMode} />
        </div>`
      : null}
    ${draft.mode === "form"
      ? html`<${Form} id=${id} draft=${draft} schemas=${schemas} mistakes=${mistakes} />`
      : html`<${JsonEditor} id="${id}-json" label="The message as JSON" text=${draft.text} onText=${draft.setText} />`}
    ${draft.mode === "json" && mistakes.length
      ? html`<ul class="mistakes">
          ${mistakes.map((each, at) => html`<li key=${at} class="theirs"><code>${visible(each.path)}</code> ${each.message}</li>`)}
        </ul>`
      : null}
  </div>`;
}

/** What is wrong with the draft; the envelope that is added later is not missed. */
export function mistakesOf(draft, schemas) {
  const { message, value } = draft;
  const required = (message.payload.required ?? []).filter((name) => message.way === "receive" || !hiddenIn(message).has(name));
  return mistakesIn(value, payloadOf(message, required), schemas);
}

const payloads = new WeakMap();

function payloadOf(message, required) {
  if (message.way === "receive") return message.payload;
  if (!payloads.has(message)) payloads.set(message, { ...message.payload, required });
  return payloads.get(message);
}

function Form({ id, draft, schemas, mistakes }) {
  const { message, value } = draft;
  if (!value) {
    return html`<p class="quiet">The JSON is no object at the moment; the form waits for it.</p>`;
  }
  const hidden = message.way === "receive" ? ENVELOPE_OF_CLIENTS : hiddenIn(message);
  const fields = Object.keys({ ...message.payload.properties, ...message.payload.patternProperties }).filter(
    (name) => !hidden.has(name),
  );
  if (!fields.length) return html`<p class="quiet">It has no properties.</p>`;
  return html`<${ObjectFields}
    key=${message.key}
    id=${id}
    schema=${message.payload}
    schemas=${schemas}
    value=${value}
    onValue=${draft.setValue}
    mistakes=${mistakes}
    hidden=${hidden}
  />`;
}

const ENVELOPE_OF_CLIENTS = new Set([...ENVELOPE].filter((name) => name === "type" || name === "id"));
