// What the page's modules make of contracts: read from standard input, told on standard output.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";

const [folder, validator] = process.argv.slice(2);
runInThisContext(readFileSync(validator, "utf8").replace("var jsonSchema=", "globalThis.jsonSchema="));
const load = (name) => import(pathToFileURL(`${folder}/${name}.js`).href);
const { readContract } = await load("model");
const { mistakesIn } = await load("validation");
const { violationsOf } = await load("broken");
const { findMistake } = await load("jsontext");
const { changesBetween } = await load("diff");

const input = JSON.parse(readFileSync(0, "utf8"));

function judge(source) {
  const contract = readContract(source);
  const messages = contract.endpoints.flatMap((each) => [...each.receive, ...each.send]);
  const fits = (value, message) => mistakesIn(value, message.payload, contract.schemas).length === 0;
  return messages.map((message) => ({
    name: message.name,
    way: message.way,
    example: message.example,
    mistakes: mistakesIn(message.example, message.payload, contract.schemas),
    harmless: violationsOf(message.example, message, contract.schemas)
      .filter((each) => fits(each.frame, message))
      .map((each) => each.label),
    offered: violationsOf(message.example, message, contract.schemas).length,
  }));
}

function parses(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const answer = {
  contracts: input.contracts.map(judge),
  // Texts about which the page and JSON.parse do not agree.
  texts: input.texts.filter((text) => parses(text) !== (findMistake(text) === null)),
  places: input.places.map((text) => findMistake(text)),
  changes: input.pairs.map(([before, after]) => changesBetween(before, after)),
};
process.stdout.write(JSON.stringify(answer));
