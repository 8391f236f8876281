// How to talk to an endpoint from elsewhere, as text to copy.

import { html, useState } from "./preact.js";
import { Code, Tabs } from "./widgets.js";

const LANGUAGES = [
  { id: "typescript", label: "TypeScript" },
  { id: "python", label: "Python" },
  { id: "websocat", label: "websocat" },
];

/** @param {{ endpoint: import("./model.js").Endpoint, base?: string }} props */
export function Snippets({ endpoint, base = "" }) {
  const [language, setLanguage] = useState("typescript");
  const url = `${base || "wss://example.com"}${endpoint.path}`;
  const text = { typescript, python, websocat }[language](endpoint, url);
  return html`<div>
    <div class="snippet-tabs">
      <${Tabs} label="Language" tabs=${LANGUAGES} chosen=${language} onChoose=${setLanguage} />
    </div>
    <${Code} text=${text} label="${language} for ${endpoint.name}" />
  </div>`;
}

/** A first frame to send: an example of the first message, or anything. */
function firstFrame(endpoint) {
  const message = endpoint.receive.find((each) => !each.deprecated) ?? endpoint.receive[0];
  if (message) return { ...message.example, type: message.name };
  return endpoint.takesObjects ? { type: "hello" } : null;
}

function typescript(endpoint, url) {
  return endpoint.client ? withGeneratedClient(endpoint, url) : withWebSocket(endpoint, url);
}

function withGeneratedClient(endpoint, url) {
  const { client, methods } = endpoint.client;
  const frame = firstFrame(endpoint);
  const message = endpoint.receive.find((each) => each.name === frame?.type);
  const lines = [
    `import { ${client} } from "./client";`,
    "",
    `const ws = new ${client}({`,
    `  url: ${JSON.stringify(url)},`,
    `  token: () => ${endpoint.anonymous ? "undefined" : "currentToken()"},`,
    "});",
    "",
    ...endpoint.send
      .slice(0, 1)
      .map((each) => `ws.on(${JSON.stringify(each.name)}, (message) => console.log(message));`),
  ];
  if (message) {
    const { type, id, ...fields } = frame;
    const argument = Object.keys(fields).length ? JSON.stringify(fields) : "";
    const call = `ws.${methods[message.name]}(${argument});`;
    lines.push(message.reply ? `const reply = await ${call}` : call);
  } else if (frame) {
    lines.push(`ws.send(${JSON.stringify(frame)});`);
  }
  return lines.join("\n");
}

function withWebSocket(endpoint, url) {
  const credential = endpoint.anonymous ? "" : ', ["bearer", token]';
  const frame = firstFrame(endpoint);
  return [
    `const ws = new WebSocket(${JSON.stringify(url)}${credential});`,
    "",
    "ws.onmessage = (event) => {",
    "  const message = JSON.parse(event.data);",
    '  if (message.type === "ping") ws.send(\'{"type":"pong"}\');',
    "  else console.log(message);",
    "};",
    ...(frame ? [`ws.onopen = () => ws.send(JSON.stringify(${JSON.stringify(frame)}));`] : []),
    "ws.onclose = (event) => console.log(event.code, event.reason);",
  ].join("\n");
}

function python(endpoint, url) {
  const frame = firstFrame(endpoint);
  const header = endpoint.anonymous ? "" : ', additional_headers={"Authorization": f"Bearer {token}"}';
  // JSON text in quotes is a Python literal as well.
  const send = frame ? [`    ws.send(${JSON.stringify(JSON.stringify(frame))})`] : [];
  return [
    "import json",
    "",
    "from websockets.sync.client import connect",
    "",
    `with connect(${JSON.stringify(url)}${header}) as ws:`,
    ...send,
    "    for text in ws:",
    "        message = json.loads(text)",
    '        if message["type"] == "ping":',
    '            ws.send(\'{"type": "pong"}\')',
    "        else:",
    "            print(message)",
  ].join("\n");
}

function websocat(endpoint, url) {
  const header = endpoint.anonymous ? "" : " -H=\"Authorization: Bearer $TOKEN\"";
  const frame = firstFrame(endpoint);
  if (!frame) return `websocat${header} ${url}`;
  return [`echo ${inShell(JSON.stringify(frame))} | \\`, `  websocat -n${header} ${url}`].join("\n");
}

function inShell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
