// JSON as text, which says where it is none.

import { html, useRef } from "./preact.js";
import { visible } from "./format.js";
import { findMistake } from "./jsontext.js";

/** @param {{ id: string, label: string, text: string, onText: (text: string) => void, rows?: number | undefined }} props */
export function JsonEditor({ id, label, text, onText, rows = undefined }) {
  const field = useRef(null);
  const mistake = text.trim() ? findMistake(text) : null;
  const show = () => {
    field.current.focus();
    field.current.setSelectionRange(mistake.offset, mistake.offset + 1);
  };
  return html`<div class="editor">
    <label class="unseen" for=${id}>${label}</label>
    <textarea
      id=${id}
      ref=${field}
      class="input"
      rows=${rows ?? Math.max(4, Math.min(16, text.split("\n").length))}
      spellcheck=${false}
      autocomplete="off"
      value=${text}
      aria-invalid=${String(Boolean(mistake))}
      aria-describedby="${id}-mistake"
      onInput=${(event) => onText(event.currentTarget.value)}
    ></textarea>
    <div id="${id}-mistake" class="mistake" role="status">
      ${mistake
        ? html`<button type="button" class="mistake-place" onClick=${show}>
              line ${mistake.line}, column ${mistake.column}</button
            >: ${mistake.message}
            <pre class="mistake-line">${excerpt(text, mistake)}</pre>`
        : null}
    </div>
  </div>`;
}

function excerpt(text, mistake) {
  const line = text.split("\n")[mistake.line - 1];
  const start = Math.max(0, mistake.column - 30);
  const before = visible(line.slice(start, mistake.column - 1));
  const after = visible(line.slice(mistake.column - 1, mistake.column + 30));
  return `${before}${after}\n${" ".repeat(before.length)}^`;
}
