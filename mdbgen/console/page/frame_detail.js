// One frame, opened: as a tree, as it was on the wire, what has changed since the one before it.

import { html, useState } from "./preact.js";
import { bytes, clock, pretty, visible } from "./format.js";
import { changesBetween } from "./diff.js";
import { previousOfType } from "./frames.js";
import { state } from "./store.js";
import { verdictOn } from "./validation.js";
import { shortJson } from "./schema_view.js";
import { CloseMeaning } from "./explanations.js";
import { JsonTree } from "./json_tree.js";
import { Code, CopyButton, IconButton, Tabs } from "./widgets.js";

const VIEWS = [
  { id: "tree", label: "Tree" },
  { id: "wire", label: "Wire" },
  { id: "difference", label: "Difference" },
];
const SHOWN_CHARACTERS = 20_000;

/** @param {{ frame: import("./frames.js").Frame, onClose: () => void }} props */
export function FrameDetail({ frame, onClose }) {
  const [view, setView] = useState("tree");
  const client = state.clients.get(frame.client);
  const mistakes = verdictOn(frame, client?.endpoint ?? "", state.contract);
  return html`<section class="detail" aria-label="The frame">
    <div class="detail-head">
      <${Tabs} label="How to show it" tabs=${VIEWS} chosen=${view} onChoose=${setView} />
      <span class="quiet cut">${clock(frame.t)} · ${bytes(frame.bytes)}</span>
      <${CopyButton} text=${() => frame.text ?? ""} label="Copy the frame" />
      <${IconButton} icon="close" label="Close the frame" onClick=${onClose} />
    </div>
    ${mistakes.length
      ? html`<ul class="mistakes" aria-label="How it breaks the contract">
          ${mistakes.map((each, at) => html`<li key=${at} class="theirs"><code>${visible(each.path)}</code> ${each.message}</li>`)}
        </ul>`
      : null}
    <div class="detail-body">${bodyOf(view, frame)}</div>
  </section>`;
}

function bodyOf(view, frame) {
  if (frame.way === "event") return html`<${Event} frame=${frame} />`;
  if (view === "wire") return html`<${Wire} frame=${frame} />`;
  if (view === "difference") return html`<${Difference} frame=${frame} />`;
  const value = frame.value;
  if (value === undefined) return html`<${Wire} frame=${frame} />`;
  return html`<${JsonTree} key=${frame.n} value=${value} label="The frame as a tree" />`;
}

function Event({ frame }) {
  const text = frame.text ?? "";
  return html`<p class="theirs">${visible(text)}</p><${CloseMeaning} text=${text} closes=${state.contract.closes} />`;
}

function Wire({ frame }) {
  const text = frame.text ?? "";
  if (frame.binary) return html`<p class="quiet">Binary; its bytes are not kept.</p>`;
  const shown = text.slice(0, SHOWN_CHARACTERS);
  return html`<div class="wire"><${Code} text=${text} label="frame">${visible(shown)}<//>
    ${shown.length < text.length ? html`<p class="quiet">The first ${SHOWN_CHARACTERS} characters; Copy has all of them.</p>` : null}
  </div>`;
}

function Difference({ frame }) {
  const before = previousOfType(frame);
  if (!before) return html`<p class="quiet">There is none of its type before it.</p>`;
  const changes = changesBetween(before.value, frame.value);
  if (!changes.length) return html`<p class="quiet">Nothing has changed since ${clock(before.t)}.</p>`;
  return html`<ul class="changes" aria-label="Since ${clock(before.t)}">
    ${changes.map(
      (each) => html`<li key=${each.path} class="change ${each.kind}">
        <code class="theirs">${visible(each.path || "all of it")}</code>
        ${each.kind === "added" ? null : html`<del class="mono theirs" title=${pretty(each.before) ?? ""}>${shortJson(each.before ?? null)}</del>`}
        ${each.kind === "removed" ? null : html`<ins class="mono theirs" title=${pretty(each.after) ?? ""}>${shortJson(each.after ?? null)}</ins>`}
      </li>`,
    )}
  </ul>`;
}
