// A broadcast from the server: to everybody, a user, a channel, an endpoint.

import { html, useState } from "./preact.js";
import { counted, visible } from "./format.js";
import { ask } from "./control.js";
import { state } from "./store.js";
import { MessageEditor, useDraft } from "./message_editor.js";

export function Broadcast() {
  const { endpoints, schemas } = state.contract;
  const [where, setWhere] = useState("");
  const [outcome, setOutcome] = useState(null);
  const chosen = endpoints.filter((each) => !where || each.name === where);
  const messages = uniqueByKey(chosen.flatMap((each) => each.send));
  const draft = useDraft(messages, { type: "announcement", text: "Hello." });
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const target = (/** @type {string} */ name) => {
      const value = String(form.get(name) ?? "");
      return value ? { [name]: value } : {};
    };
    try {
      if (!draft.value) throw new Error("The message is no JSON object.");
      const details = { message: draft.value, ...target("user_id"), ...target("channel"), ...(where ? { endpoint: where } : {}) };
      const { count } = await ask("broadcast", details);
      setOutcome({ kind: "good", text: `Queued for ${counted(count, "client")}.` });
    } catch (error) {
      setOutcome({ kind: "bad", text: error.message });
    }
  };
  return html`<form class="broadcast" onSubmit=${send} aria-label="Broadcast">
    <div class="targets">
      <label>Endpoint<select class="input" value=${where} onChange=${(event) => setWhere(event.currentTarget.value)}>
        <option value="">all that send it</option>
        ${endpoints.map((each) => html`<option key=${each.name} value=${each.name}>${each.name}</option>`)}
      </select></label>
      <label>User<input class="input" name="user_id" list="known-users" placeholder="everybody" autocomplete="off" /></label>
      <label>Channel<input class="input" name="channel" list="known-channels" placeholder="all" autocomplete="off" /></label>
      <datalist id="known-users">${(state.view?.users ?? []).map((each) => html`<option key=${each.user_id} value=${each.user_id}></option>`)}</datalist>
      <datalist id="known-channels">${(state.view?.channels ?? []).map((each) => html`<option key=${each.channel} value=${each.channel}></option>`)}</datalist>
    </div>
    <${MessageEditor} id="broadcast" draft=${draft} schemas=${schemas} label="Message to broadcast" />
    <div class="composer-foot">
      <button type="submit" class="button main" disabled=${state.link !== "open"}>Broadcast</button>
      <span role="status" class="outcome ${outcome?.kind ?? ""} theirs">${outcome ? visible(outcome.text) : ""}</span>
    </div>
  </form>`;
}

function uniqueByKey(messages) {
  return [...new Map(messages.map((each) => [each.key, each])).values()];
}
