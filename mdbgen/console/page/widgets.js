// The few controls that all views are made of.

import { html, useEffect, useRef, useState } from "./preact.js";

const ICONS = {
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.5 3.5L13 4.5",
  sun: "M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",
  moon: "M13 9.5A5.5 5.5 0 1 1 6.5 3a4.5 4.5 0 0 0 6.5 6.5z",
  plus: "M8 3v10M3 8h10",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  restart: "M13 8a5 5 0 1 1-1.5-3.5M13 2.5v2.5h-2.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.5l7 4.5-7 4.5z",
  down: "M8 3v9M4.5 8.5L8 12l3.5-3.5",
  up: "M8 13V4M4.5 7.5L8 4l3.5 3.5",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M10.5 10.5L14 14",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  clients: "M5.5 7.5a2.3 2.3 0 1 0 0-4.6a2.3 2.3 0 0 0 0 4.6M1.5 13c.3-2.5 2-3.7 4-3.7s3.7 1.2 4 3.7M10.5 3.2a2.2 2.2 0 0 1 0 4.2M11.8 9.6c1.5.4 2.5 1.5 2.7 3.4",
  log: "M2.5 4h11M2.5 8h11M2.5 12h7",
  server: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  contract: "M4 1.5h5.5L12.5 4.5v10H4zM9.5 1.5v3h3M6.5 8h4M6.5 11h4",
  bolt: "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
};

/** @param {{ name: keyof typeof ICONS }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

/** A button that is an icon: its label is what screen readers and the pointer are told. */
export function IconButton({ icon, label, onClick, pressed = undefined, disabled = false, kind = "plain" }) {
  return html`<button
    type="button"
    class="button square ${kind}"
    aria-label=${label}
    title=${label}
    aria-pressed=${pressed === undefined ? undefined : String(pressed)}
    disabled=${disabled}
    onClick=${onClick}
  >
    <${Icon} name=${icon} />
  </button>`;
}

export function Badge({ kind = "", children }) {
  return html`<span class="badge ${kind}">${children}</span>`;
}

/** Copies a text, and says so for a moment. */
export function CopyButton({ text, label = "Copy" }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (await copyText(typeof text === "function" ? text() : text)) setCopied(true);
  };
  return html`<${IconButton}
    icon=${copied ? "check" : "copy"}
    label=${copied ? "Copied" : label}
    onClick=${copy}
  />`;
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Pages that are opened as a file have no clipboard of their own everywhere.
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

export function Code({ text, label, children = undefined }) {
  return html`<div class="code">
    <pre tabindex="0" role="region" aria-label=${label}><code>${children ?? text}</code></pre>
    <${CopyButton} text=${text} label="Copy ${label}" />
  </div>`;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON with a colour for each kind of token. @param {string} text */
export function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, match.index));
    const kind = match[2] ? "json-key" : match[1] ? "json-text" : "json-word";
    parts.push(html`<span class=${kind}>${match[1] ?? match[0]}</span>`, match[2] ?? "");
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

/** A row of tabs, of which the arrow keys choose one. */
export function Tabs({ label, tabs, chosen, onChoose }) {
  const row = useRef(null);
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((each) => each.id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    onChoose(next.id);
    row.current.children[tabs.indexOf(next)].focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${row} onKeyDown=${move}>
    ${tabs.map(
      (each) => html`<button
        type="button"
        class="tab"
        role="tab"
        key=${each.id}
        aria-selected=${String(each.id === chosen)}
        tabindex=${each.id === chosen ? 0 : -1}
        onClick=${() => onChoose(each.id)}
      >
        ${each.label}
      </button>`,
    )}
  </div>`;
}
