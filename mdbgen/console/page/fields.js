// A form made from a schema: one field for each kind of value that a manifest may declare.

import { html, useState } from "./preact.js";
import { pretty, prose, visible } from "./format.js";
import { sampleOf } from "./sample.js";
import { choicesOf, constraintsOf, kindOf, propertiesOf } from "./schemas.js";
import { kindInWords, shortJson } from "./schema_view.js";
import { Icon, IconButton } from "./widgets.js";
import { JsonEditor } from "./json_editor.js";

/**
 * @typedef {{
 *   id: string, label: string, schema: any, schemas: import("./schemas.js").Schemas, value: any,
 *   onValue: (value: any) => void, mistakes: { path: string, message: string }[], path: string,
 * }} FieldProps
 */

/** The properties of an object, those that are hidden left out. */
export function ObjectFields({ id, schema, schemas, value, onValue, mistakes, path = "", hidden = new Set() }) {
  const required = new Set(schema.required ?? []);
  const properties = propertiesOf(schema).filter(([name]) => !hidden.has(name));
  const present = properties.filter(([name]) => required.has(name) || Object.hasOwn(value ?? {}, name));
  const absent = properties.filter(([name]) => !required.has(name) && !Object.hasOwn(value ?? {}, name));
  const set = (name, each) => onValue({ ...value, [name]: each });
  const remove = (name) => {
    const { [name]: _, ...others } = value;
    onValue(others);
  };
  return html`<div class="fields">
    ${present.map(([name, each]) => {
      const inner = path ? `${path}.${name}` : name;
      return html`<div class="field-row" key=${name}>
        <${Field}
          id="${id}-${name}"
          label=${name}
          schema=${each}
          schemas=${schemas}
          value=${value?.[name]}
          onValue=${(changed) => set(name, changed)}
          mistakes=${mistakes}
          path=${inner}
        />
        ${required.has(name)
          ? null
          : html`<${IconButton} icon="close" label="Leave out ${visible(name)}" onClick=${() => remove(name)} />`}
      </div>`;
    })}
    ${absent.length
      ? html`<div class="absent">
          ${absent.map(
            ([name, each]) => html`<button
              type="button"
              class="button plain"
              key=${name}
              title="Add ${visible(name)}"
              onClick=${() => set(name, sampleOf(each, schemas, 2))}
            >
              <${Icon} name="plus" /><span class="cut">${visible(name)}</span>
            </button>`,
          )}
        </div>`
      : null}
  </div>`;
}

/** @param {FieldProps} props */
export function Field(props) {
  const schema = props.schemas.resolve(props.schema);
  const own = props.mistakes.filter((each) => each.path === props.path);
  const kind = kindOf(schema);
  const isGroup = ["object", "array", "union", "map", "any"].includes(kind);
  const note = [schema.description ? prose(schema.description) : "", ...constraintsOf(schema).map((each) => visible(each))]
    .filter(Boolean)
    .join(" · ");
  const head = html`<span class="field-name theirs">${visible(props.label)}</span
    ><span class="field-kind theirs">${kindInWords(props.schema, props.schemas)}</span>`;
  const below = html`<div class="field-note theirs" id="${props.id}-note">
    ${own.length
      ? html`<span class="field-wrong">${own.map((each) => each.message).join(" ")}</span>`
      : html`<span class="quiet">${note}</span>`}
  </div>`;
  const control = html`<${Control} ...${props} schema=${schema} isWrong=${own.length > 0} />`;
  if (isGroup) {
    return html`<fieldset class="field group"><legend>${head}</legend>${control}${below}</fieldset>`;
  }
  return html`<div class="field"><label for=${props.id}>${head}</label>${control}${below}</div>`;
}

function Control(props) {
  const { schema } = props;
  switch (kindOf(schema)) {
    case "const":
      return html`<output id=${props.id} class="mono">${shortJson(schema.const)}</output>`;
    case "enum":
      return html`<${Choice} ...${props} />`;
    case "boolean":
      return html`<${Choice} ...${props} schema=${{ enum: [true, false] }} />`;
    case "string":
      return html`<${TextField} ...${props} />`;
    case "integer":
    case "number":
      return html`<${NumberField} ...${props} />`;
    case "null":
      return html`<output id=${props.id} class="mono">null</output>`;
    case "object":
      return html`<${ObjectFields} ...${props} />`;
    case "array":
      return html`<${ListField} ...${props} />`;
    case "union":
      return html`<${UnionField} ...${props} />`;
    default:
      return html`<${AnyField} ...${props} />`;
  }
}

function Choice({ id, schema, value, onValue, isWrong }) {
  const at = schema.enum.findIndex((each) => Object.is(each, value));
  return html`<select
    id=${id}
    class="input"
    aria-invalid=${String(isWrong)}
    aria-describedby="${id}-note"
    value=${String(at)}
    onChange=${(event) => onValue(schema.enum[Number(event.currentTarget.value)])}
  >
    ${at < 0 ? html`<option value="-1">${shortJson(value ?? null)}</option>` : null}
    ${schema.enum.map((each, index) => html`<option key=${index} value=${String(index)}>${typeof each === "string" ? visible(each) : shortJson(each)}</option>`)}
  </select>`;
}

function TextField({ id, schema, value, onValue, isWrong }) {
  const common = {
    id,
    class: "input",
    value: typeof value === "string" ? value : "",
    placeholder: typeof value === "string" || value === undefined ? "" : shortJson(value),
    "aria-invalid": String(isWrong),
    "aria-describedby": `${id}-note`,
    autocomplete: "off",
    spellcheck: false,
    onInput: (event) => onValue(event.currentTarget.value),
  };
  const isLong = (schema.maxLength ?? 0) > 200 || common.value.includes("\n");
  return isLong ? html`<textarea ...${common} rows="3"></textarea>` : html`<input type="text" ...${common} />`;
}

function NumberField({ id, value, onValue, isWrong }) {
  // What is typed on the way to a number, such as "-" or "1e", is none yet.
  const [draft, setDraft] = useState(null);
  const shown = draft !== null && Number(draft) === value ? draft : value === undefined ? "" : String(value);
  return html`<input
    id=${id}
    class="input"
    type="text"
    inputmode="decimal"
    autocomplete="off"
    value=${shown}
    aria-invalid=${String(isWrong)}
    aria-describedby="${id}-note"
    onInput=${(event) => {
      const text = event.currentTarget.value;
      setDraft(text);
      const number = Number(text);
      onValue(text.trim() !== "" && Number.isFinite(number) ? number : text);
    }}
  />`;
}

function ListField({ id, label, schema, schemas, value, onValue, mistakes, path }) {
  const list = Array.isArray(value) ? value : [];
  const change = (at, each) => onValue(list.map((one, index) => (index === at ? each : one)));
  return html`<div class="fields">
    ${list.slice(0, 50).map(
      (each, at) => html`<div class="field-row" key=${at}>
        <${Field}
          id="${id}-${at}"
          label=${String(at)}
          schema=${schema.items ?? {}}
          schemas=${schemas}
          value=${each}
          onValue=${(one) => change(at, one)}
          mistakes=${mistakes}
          path="${path}.${at}"
        />
        <${IconButton} icon="close" label="Remove ${visible(label)} ${at}" onClick=${() => onValue(list.filter((_, index) => index !== at))} />
      </div>`,
    )}
    ${list.length > 50 ? html`<p class="quiet">${list.length - 50} more are in the JSON.</p>` : null}
    <div class="absent">
      <button type="button" class="button plain" onClick=${() => onValue([...list, sampleOf(schema.items ?? {}, schemas, 2)])}>
        <${Icon} name="plus" />add one
      </button>
    </div>
  </div>`;
}

function UnionField(props) {
  const choices = choicesOf(props.schema);
  const [chosen, setChosen] = useState(() => Math.max(0, choices.findIndex((each) => looksLike(props.value, props.schemas.resolve(each)))));
  const choice = choices[chosen] ?? choices[0];
  return html`<div class="fields">
    <select
      class="input"
      aria-label="Kind of ${visible(props.label)}"
      value=${String(chosen)}
      onChange=${(event) => {
        const next = Number(event.currentTarget.value);
        setChosen(next);
        props.onValue(sampleOf(choices[next], props.schemas, 1));
      }}
    >
      ${choices.map((each, at) => html`<option key=${at} value=${String(at)}>${kindInWords(each, props.schemas)}</option>`)}
    </select>
    <${Control} key=${chosen} ...${props} schema=${props.schemas.resolve(choice)} />
  </div>`;
}

/** Whether a value is of a kind; enough to tell the choices of a union apart. */
function looksLike(value, schema) {
  switch (kindOf(schema)) {
    case "const":
      return Object.is(value, schema.const);
    case "enum":
      return schema.enum.includes(value);
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "integer":
    case "number":
      return typeof value === "number";
    case "object":
    case "map":
      return value !== null && typeof value === "object" && (schema.required ?? []).every((name) => Object.hasOwn(value, name));
    default:
      return typeof value === schema.type;
  }
}

function AnyField({ id, label, value, onValue }) {
  const [text, setText] = useState(() => pretty(value ?? null));
  const take = (changed) => {
    setText(changed);
    try {
      onValue(JSON.parse(changed));
    } catch {
      // It stays as it was until the text is JSON again.
    }
  };
  return html`<${JsonEditor} id=${id} label=${visible(label)} text=${text} onText=${take} rows=${3} />`;
}
