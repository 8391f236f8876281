// Parses AsyncAPI documents with the official parser; prints, for each, what it has to say
// and what it understood.

const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

const SEVERITIES = ["error", "warning", "info", "hint"];

async function parse(file) {
  const parser = new Parser();
  const { document, diagnostics } = await parser.parse(readFileSync(file, "utf-8"));
  return {
    diagnostics: diagnostics.map((each) => ({
      severity: SEVERITIES[each.severity],
      code: String(each.code),
      message: each.message,
      path: each.path.join("."),
    })),
    operations: (document?.allOperations().all() ?? []).map((operation) => ({
      id: operation.id(),
      action: operation.action(),
      channels: operation.channels().all().map((channel) => channel.address()),
      messages: operation.messages().all().map((message) => message.name()),
      replies: (operation.reply()?.messages().all() ?? []).map((message) => message.name()),
    })),
  };
}

(async () => {
  const reports = [];
  for (const file of process.argv.slice(2)) reports.push(await parse(file));
  console.log(JSON.stringify(reports));
})();
