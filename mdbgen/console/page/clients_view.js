// Clients side by side, and who could be one more of them.

import { html, useState } from "./preact.js";
import { CARRIERS, connect } from "./connect.js";
import { endpointOf } from "./model.js";
import { state, useStore } from "./store.js";
import { Who } from "./contract_view.js";
import { ClientPanel } from "./client_panel.js";
import { NewPerson, PeopleList } from "./people.js";

export function ClientsView() {
  useStore();
  const [endpointName, setEndpointName] = useState("");
  const [options, setOptions] = useState({ carrier: "", origin: "", headers: "", query: "" });
  const [problem, setProblem] = useState("");
  const endpoints = state.contract.endpoints;
  const endpoint = endpointOf(state.contract, endpointName) ?? endpoints[0];
  const clients = [...state.clients.values()];
  const onConnect = async (person) => {
    setProblem("");
    try {
      const id = await connect(person.id, endpoint.name, readOptions(options));
      // It is drawn with the next frame.
      setTimeout(() => document.getElementById(`client-${id}`)?.scrollIntoView({ block: "nearest", inline: "nearest" }), 150);
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`<div class="clients">
    <aside class="clients-side" aria-label="Connect">
      <h2 class="side-title">Connect to</h2>
      <select class="input" aria-label="Endpoint" value=${endpoint.name} onChange=${(event) => setEndpointName(event.currentTarget.value)}>
        ${endpoints.map((each) => html`<option key=${each.name} value=${each.name}>${each.name}</option>`)}
      </select>
      <p class="side-path mono quiet theirs">${endpoint.path}</p>
      <h2 class="side-title">as</h2>
      <${PeopleList} people=${[...state.people.values()]} onConnect=${onConnect} disabled=${state.link !== "open"} />
      ${problem ? html`<p class="field-wrong theirs" role="alert">${problem}</p>` : null}
      <div class="side-foot"><${NewPerson} /></div>
      <${Options} options=${options} setOptions=${setOptions} />
      <details class="side-details"><summary>Who may connect</summary><${Who} endpoint=${endpoint} /></details>
    </aside>
    <div class="deck" role="group" aria-label="Clients">
      ${clients.length
        ? clients.map((each) => html`<${ClientPanel} key=${each.id} client=${each} />`)
        : html`<${Welcome} />`}
    </div>
  </div>`;
}

function Welcome() {
  return html`<div class="welcome">
    <h2>Nobody is connected yet</h2>
    <p class="quiet">
      Choose a person: each click connects one more client, beside the others. Those with a bad token, or none,
      show why they are refused.
    </p>
  </div>`;
}

function Options({ options, setOptions }) {
  const set = (name) => (event) => setOptions({ ...options, [name]: event.currentTarget.value });
  return html`<details class="side-details">
    <summary>How it connects</summary>
    <div class="options">
      <label>Shows its token<select class="input" value=${options.carrier} onChange=${set("carrier")}>
        ${CARRIERS.map(([carrier, label]) => html`<option key=${carrier} value=${carrier}>${label}</option>`)}
      </select></label>
      <label>Origin<input class="input" type="text" value=${options.origin} placeholder="none" onInput=${set("origin")} autocomplete="off" /></label>
      <label>Headers<textarea class="input" rows="2" value=${options.headers} placeholder="Name: value" onInput=${set("headers")}></textarea></label>
      <label>Query<textarea class="input" rows="2" value=${options.query} placeholder="since=12" onInput=${set("query")}></textarea></label>
    </div>
  </details>`;
}

function readOptions({ carrier, origin, headers, query }) {
  return { carrier, origin: origin.trim(), headers: pairs(headers, ":"), query: pairs(query, "=") };
}

/** @param {string} text @param {string} separator @returns {[string, string][]} */
function pairs(text, separator) {
  const lines = text.split("\n").map((each) => each.trim());
  return lines.filter(Boolean).map((line) => {
    const at = line.indexOf(separator);
    return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}
