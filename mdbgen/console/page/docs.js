// The page that `mdbgen docs` writes.

import { html, render } from "./preact.js";
import { counted, visible } from "./format.js";
import { readContract } from "./model.js";
import { ThemeSwitch } from "./theme.js";
import { ContractView, anchorOf } from "./contract_view.js";

const CHAPTERS = [
  ["rules", "At every endpoint"],
  ["protocol", "What the server says itself"],
  ["closes", "Close codes"],
];

function Docs({ contract }) {
  return html`<div class="docs">
    <header class="docs-side">
      <h1 class="docs-name theirs">${contract.slug}</h1>
      <p class="quiet">${counted(contract.endpoints.length, "WebSocket endpoint")}</p>
      <${Contents} contract=${contract} />
      <div class="docs-foot"><span>AsyncAPI: <a href="asyncapi.json">asyncapi.json</a></span><${ThemeSwitch} /></div>
    </header>
    <main class="docs-main"><${ContractView} contract=${contract} /></main>
  </div>`;
}

function Contents({ contract }) {
  return html`<nav class="contents" aria-label="Contents">
    ${contract.endpoints.map(
      (endpoint) => html`<a key=${endpoint.name} class="cut" href="#${anchorOf(endpoint.name)}">${endpoint.name}</a>
        <div class="inner">
          ${[...endpoint.receive, ...endpoint.send].map(
            (message) => html`<a
              key=${message.key}
              class="cut"
              href="#${anchorOf(endpoint.name, message.way, message.name)}"
              ><span aria-hidden="true">${message.way === "receive" ? "↑ " : "↓ "}</span>${visible(message.name)}</a
            >`,
          )}
        </div>`,
    )}
    <p class="heading">About all of them</p>
    ${CHAPTERS.map(([id, title]) => html`<a key=${id} href="#${id}">${title}</a>`)}
  </nav>`;
}

const source = JSON.parse(document.getElementById("contract").textContent);
render(html`<${Docs} contract=${readContract(source)} />`, document.getElementById("app"));
// What the address points to was not there when the browser looked for it.
document.getElementById(location.hash.slice(1))?.scrollIntoView();
