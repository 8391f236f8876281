// The console of `mdbgen dev`: one frame around four views.

import { html, render, useEffect, useState } from "./preact.js";
import { visible, whole } from "./format.js";
import { ask, openControl } from "./control.js";
import { frameLog } from "./frames.js";
import { state, useStore } from "./store.js";
import { ThemeSwitch } from "./theme.js";
import { Banners } from "./banners.js";
import { ClientsView } from "./clients_view.js";
import { ContractView } from "./contract_view.js";
import { LogView } from "./log_view.js";
import { ServerView } from "./server_view.js";
import { Badge, Icon, IconButton } from "./widgets.js";

const VIEWS_OF_CONSOLE = [
  { id: "clients", label: "Clients", draw: ClientsView, count: () => state.clients.size },
  { id: "log", label: "Log", draw: LogView, count: () => frameLog.all.length },
  { id: "server", label: "Server", draw: ServerView, count: () => state.view?.connections.length ?? 0 },
  { id: "contract", label: "Contract", draw: ContractPart, count: () => 0 },
];

function viewInAddress() {
  const id = location.hash.slice(1);
  return VIEWS_OF_CONSOLE.find((each) => each.id === id)?.id ?? "clients";
}

function Console() {
  useStore();
  const [viewId, setViewId] = useState(viewInAddress());
  useEffect(() => {
    const follow = () => setViewId(viewInAddress());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    if (state.contract) document.title = `${state.contract.slug} · mdbgen dev`;
  }, [state.contract]);
  useEffect(() => {
    scrollTo(0, 0);
    document.querySelector("main").scrollTo(0, 0);
  }, [viewId]);
  const view = VIEWS_OF_CONSOLE.find((each) => each.id === viewId);
  return html`<div class="shell">
    <header class="shell-head">
      <h1 class="brand"><span class="brand-name theirs cut">${state.contract?.slug ?? "mdbgen dev"}</span></h1>
      <nav class="shell-nav" aria-label="Views">
        ${VIEWS_OF_CONSOLE.map(
          (each) => html`<a key=${each.id} href="#${each.id}" class="nav-link" aria-current=${each.id === viewId ? "page" : undefined}>
            <${Icon} name=${each.id} /><span>${each.label}</span>
            ${each.count() ? html`<span class="nav-count">${whole(each.count())}</span>` : null}
          </a>`,
        )}
      </nav>
      <${Foot} />
    </header>
    <main class="shell-main">
      <${Banners} />
      ${state.contract
        ? html`<${view.draw} />`
        : html`<p class="waiting quiet" role="status">${state.link === "lost" ? "" : "Connecting to mdbgen dev…"}</p>`}
    </main>
  </div>`;
}

const APP_STATUSES = { up: "good", starting: "warn", restarting: "warn", down: "bad" };

function Foot() {
  const { app } = state;
  return html`<div class="shell-foot">
    ${app
      ? html`<p class="app-status ${APP_STATUSES[app.status] ?? ""}" role="status">
          <span class="dot" aria-hidden="true"></span>
          <span class="cut"><span class="unseen">The app is </span>${app.status} <span class="app-url quiet">${app.url.replace("http://", "")}</span></span>
        </p>`
      : null}
    <span class="foot-buttons">
      <${IconButton} icon="restart" label="Restart the server" disabled=${state.link !== "open"} onClick=${() => ask("restart").catch(() => {})} />
      <${ThemeSwitch} />
    </span>
    <p class="foot-note quiet">For development, on this machine alone. ${state.version ? `mdbgen ${state.version}` : ""}</p>
  </div>`;
}

function ContractPart() {
  const base = state.app?.url?.replace(/^http/, "ws").replace(/\/$/, "") ?? "";
  return html`<div class="contract-part"><${Warnings} warnings=${state.contract.warnings} /><${ContractView} contract=${state.contract} base=${base} /></div>`;
}

/** What `mdbgen inspect` warns of. */
function Warnings({ warnings }) {
  if (!warnings.length) return null;
  return html`<ul class="warnings card" aria-label="Warnings">
    ${warnings.map(
      (each, at) => html`<li key=${at} class="theirs"><${Badge} kind="warn">${each.code}<//> ${visible(each.path)}: ${visible(each.message)}</li>`,
    )}
  </ul>`;
}

openControl();
render(html`<${Console} />`, document.getElementById("app"));
