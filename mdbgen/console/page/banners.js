// What is wrong at the moment, above all views.

import { html, useState } from "./preact.js";
import { visible } from "./format.js";
import { state } from "./store.js";
import { Badge, IconButton } from "./widgets.js";

export function Banners() {
  return html`<div class="banners" aria-live="polite">
    ${state.link === "lost"
      ? html`<div class="banner warn"><p><strong>mdbgen dev cannot be reached.</strong> If it has ended, start it again, and open the address that it prints: each run has a new one.</p></div>`
      : null}
    <${Problems} />
    <${AppNote} />
    <${Changes} key=${state.changes} />
  </div>`;
}

function Problems() {
  if (!state.problems.length) return null;
  return html`<div class="banner bad" role="alert">
    <p><strong>The manifest has ${state.problems.length === 1 ? "a mistake" : `${state.problems.length} mistakes`}.</strong> The last good server goes on.</p>
    <ul class="problems">
      ${state.problems.map(
        (each, at) => html`<li key=${at}><code class="theirs">${placeIn(each)}</code> <code>${each.code}</code> <span class="theirs">${visible(each.path ? `${each.path}: ` : "")}${visible(each.message)}</span></li>`,
      )}
    </ul>
    ${state.problemsText ? html`<details><summary>As the terminal shows it</summary><pre class="theirs" tabindex="0" role="region" aria-label="The mistakes">${state.problemsText}</pre></details>` : null}
  </div>`;
}

/** @param {any} problem */
function placeIn({ file, line, column }) {
  return visible(line ? `${file}:${line}:${column}` : file);
}

function AppNote() {
  const { app } = state;
  if (!app) return null;
  if (app.traceback) {
    return html`<div class="banner bad" role="alert">
      <p><strong>${app.status === "down" ? "The app does not run." : "The new code does not run; the last good server goes on."}</strong> <span class="theirs">${visible(app.why ?? "")}</span></p>
      <pre class="traceback theirs" tabindex="0" role="region" aria-label="Traceback">${app.traceback}</pre>
    </div>`;
  }
  if (app.status === "up") return null;
  return html`<div class="banner warn"><p><strong>${{ down: "The app does not run.", restarting: "The app restarts." }[app.status] ?? "The app starts."}</strong> <span class="theirs">${visible(app.why ?? "")}</span></p></div>`;
}

const LEVELS = { error: ["bad", "breaks clients"], warning: ["warn", "may break clients"], info: ["", "harmless"] };

/** What the last change of the manifest means for clients, until it is put away. */
function Changes() {
  const [isAway, setAway] = useState(false);
  if (isAway || !state.changes.length) return null;
  return html`<div class="banner">
    <div class="banner-head"><p><strong>The contract has changed.</strong></p><${IconButton} icon="close" label="Put away" onClick=${() => setAway(true)} /></div>
    <ul class="problems">
      ${state.changes.slice(0, 20).map((each, at) => {
        const [kind, words] = LEVELS[each.level] ?? ["", each.level];
        return html`<li key=${at}><${Badge} kind=${kind}>${words}<//> <code class="theirs">${visible(each.path ?? "")}</code> <span class="theirs">${visible(each.message)}</span></li>`;
      })}
    </ul>
  </div>`;
}
