// People, not tokens: who can connect, and one more click for one more client of somebody.

import { html, useRef, useState } from "./preact.js";
import { visible } from "./format.js";
import { ask } from "./control.js";
import { colourOf } from "./frame_list.js";
import { Icon, IconButton } from "./widgets.js";
import { JsonEditor } from "./json_editor.js";

const KINDS = [
  ["user", "a user"],
  ["anonymous", "without a token"],
  ["expired", "with an expired token"],
  ["wrong_key", "with a token signed by another key"],
  ["refresh_token", "with a refresh token"],
  ["other_audience", "with a token for another audience"],
  ["denied", "a denied user"],
];

/** @param {{ people: any[], onConnect: (person: any) => void, disabled: boolean }} props */
export function PeopleList({ people, onConnect, disabled }) {
  return html`<ul class="people" aria-label="People">
    ${people.map(
      (each) => html`<li key=${each.id} class="person ${colourOf(each)}">
        <button
          type="button"
          class="person-button"
          disabled=${disabled}
          onClick=${() => onConnect(each)}
          aria-label="Connect ${visible(each.name)}"
          title=${visible(each.note ?? "")}
        >
          <span class="dot" aria-hidden="true"></span>
          <span class="person-name theirs">${visible(each.name)}</span>
          <span class="person-note cut">${describe(each)}</span>
          <${Icon} name="plus" />
        </button>
      </li>`,
    )}
  </ul>`;
}

/** @param {any} person */
function describe(person) {
  const has = [...(person.roles ?? []), ...(person.permissions ?? [])].map((each) => visible(each)).join(", ");
  const expiry = person.kind === "user" && person.expires_in ? `expires in ${person.expires_in} s` : "";
  const note = visible(person.note ?? person.user_id ?? "");
  return person.kind === "user" ? [expiry, has].filter(Boolean).join(" · ") || note : note;
}

/** A dialog to make up somebody. */
export function NewPerson() {
  const dialog = useRef(null);
  const [problem, setProblem] = useState("");
  const [claims, setClaims] = useState("{}");
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    try {
      await ask("person", personFrom(new FormData(form), claims));
      form.reset();
      setClaims("{}");
      setProblem("");
      dialog.current.close();
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`<button type="button" class="button" onClick=${() => dialog.current.showModal()}><${Icon} name="plus" />New person</button>
    <dialog ref=${dialog} class="dialog card" aria-labelledby="new-person">
      <form onSubmit=${submit}>
        <div class="dialog-head">
          <h2 id="new-person">New person</h2>
          <${IconButton} icon="close" label="Close" onClick=${() => dialog.current.close()} />
        </div>
        <div class="dialog-fields">
          <${Text} name="name" label="Name" required=${true} />
          <label>Connects<select name="kind" class="input">${KINDS.map(([kind, label]) => html`<option key=${kind} value=${kind}>${label}</option>`)}</select></label>
          <${Text} name="user_id" label="User id" note="the name, if empty" />
          <${Text} name="email" label="E-mail" />
          <${Text} name="roles" label="Roles" note="with commas between" />
          <${Text} name="permissions" label="Permissions" note="with commas between" />
          <${Text} name="expires_in" label="Token expires in" note="seconds; an hour, if empty" mode="numeric" />
        </div>
        <p class="dialog-label">More claims</p>
        <${JsonEditor} id="new-person-claims" label="More claims" text=${claims} onText=${setClaims} rows=${3} />
        ${problem ? html`<p class="field-wrong theirs" role="alert">${problem}</p>` : null}
        <div class="dialog-foot"><button type="submit" class="button main">Add</button></div>
      </form>
    </dialog>`;
}

function Text({ name, label, note = "", required = false, mode = "text" }) {
  return html`<label><span>${label}${note ? html` <span class="quiet">(${note})</span>` : null}</span>
    <input class="input" type="text" name=${name} required=${required} inputmode=${mode} autocomplete="off" spellcheck=${false} />
  </label>`;
}

/** @param {FormData} form @param {string} claims */
function personFrom(form, claims) {
  const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
  const list = (/** @type {string} */ name) => text(name).split(",").map((each) => each.trim()).filter(Boolean);
  const seconds = text("expires_in");
  if (seconds && !/^\d+$/.test(seconds)) throw new Error("The token expires in a whole number of seconds.");
  let more;
  try {
    more = JSON.parse(claims || "{}");
  } catch {
    throw new Error("The claims are not JSON.");
  }
  return {
    name: text("name"),
    kind: text("kind"),
    user_id: text("user_id") || text("name"),
    email: text("email") || null,
    roles: list("roles"),
    permissions: list("permissions"),
    claims: more,
    expires_in: seconds ? Number(seconds) : null,
  };
}
