// A JSON value as a tree that opens and closes.

import { html, useState } from "./preact.js";
import { visible } from "./format.js";

const SHOWN = 100;
const OPEN_DEPTH = 2;

/** @param {{ value: any, label: string }} props */
export function JsonTree({ value, label }) {
  return html`<div class="tree" role="region" tabindex="0" aria-label=${label}>
    <${Node} value=${value} depth=${0} />
  </div>`;
}

function Node({ name = null, value, depth }) {
  const isContainer = value !== null && typeof value === "object";
  const key = name === null ? null : html`<span class="json-key theirs">${visible(name)}</span>: `;
  if (!isContainer) return html`<div class="tree-leaf">${key}<${Leaf} value=${value} /></div>`;
  return html`<${Branch} name=${key} value=${value} depth=${depth} />`;
}

function Branch({ name, value, depth }) {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(SHOWN);
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  if (!entries.length) return html`<div class="tree-leaf">${name}<span class="quiet">${isList ? "[]" : "{}"}</span></div>`;
  const count = isList ? `[${entries.length}]` : `{${entries.length}}`;
  return html`<details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${name}<span class="quiet">${count}</span></summary>
    ${open
      ? html`<div class="tree-inner">
          ${entries
            .slice(0, shown)
            .map(([key, each]) => html`<${Node} key=${key} name=${key} value=${each} depth=${depth + 1} />`)}
          ${entries.length > shown
            ? html`<button type="button" class="button plain" onClick=${() => setShown(shown + SHOWN)}>
                ${entries.length - shown} more
              </button>`
            : null}
        </div>`
      : null}
  </details>`;
}

function Leaf({ value }) {
  if (typeof value === "string") {
    return html`<span class="json-text theirs">"${visible(value)}"</span>`;
  }
  return html`<span class="json-word">${String(value)}</span>`;
}
