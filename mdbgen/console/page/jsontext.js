// Where a text is not JSON. Browsers say so too, but each in its own words and some without a place.

const WORD = /(?:true|false|null)\b|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const BLANK = /[ \t\r\n]*/y;
const MAX_DEPTH = 200;

/**
 * @param {string} text
 * @returns {{ offset: number, line: number, column: number, message: string } | null}
 */
export function findMistake(text) {
  const reader = new Reader(text);
  try {
    reader.readDocument();
    return null;
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    return { ...placeOf(text, mistake.offset), message: mistake.message };
  }
}

class Mistake extends Error {
  /** @param {string} message @param {number} offset */
  constructor(message, offset) {
    super(message);
    this.offset = offset;
  }
}

function placeOf(text, offset) {
  const before = text.slice(0, offset).split("\n");
  return { offset, line: before.length, column: before[before.length - 1].length + 1 };
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.depth = 0;
  }

  readDocument() {
    this.readValue("a value");
    this.skipBlanks();
    if (this.at < this.text.length) this.fail("nothing may follow the value");
  }

  /** @param {string} expected */
  readValue(expected) {
    this.skipBlanks();
    const character = this.text[this.at];
    if (character === "{") this.readObject();
    else if (character === "[") this.readList();
    else if (character === '"') this.readText();
    else if (!this.take(WORD)) this.failAtWord(expected);
  }

  readObject() {
    this.enter();
    this.skipBlanks();
    if (this.text[this.at] !== "}") {
      do {
        this.skipBlanks();
        if (this.text[this.at] !== '"') this.fail("expected a name in double quotes");
        this.readText();
        this.skipBlanks();
        if (!this.takeOne(":")) this.fail("expected a colon after the name");
        this.readValue("a value");
        this.skipBlanks();
      } while (this.takeOne(","));
    }
    this.leave("}", "expected a comma or }");
  }

  readList() {
    this.enter();
    this.skipBlanks();
    if (this.text[this.at] !== "]") {
      do {
        this.readValue("a value");
        this.skipBlanks();
      } while (this.takeOne(","));
    }
    this.leave("]", "expected a comma or ]");
  }

  readText() {
    if (this.take(TEXT)) return;
    const rest = this.text.slice(this.at + 1);
    const bad = /^(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/.exec(rest);
    this.at += 1 + (bad?.[0].length ?? 0);
    if (this.at >= this.text.length) this.fail("the text does not end: a double quote is missing");
    if (this.text[this.at] === "\\") this.fail("this escape does not exist");
    this.fail("the text does not end on its line");
  }

  enter() {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail("this is nested too deep");
    this.at += 1;
  }

  leave(character, message) {
    if (!this.takeOne(character)) this.fail(this.text[this.at] ? message : `${message}, but the text ends`);
    this.depth -= 1;
  }

  skipBlanks() {
    this.take(BLANK);
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return false;
    this.at += match[0].length;
    return true;
  }

  takeOne(character) {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  failAtWord(expected) {
    if (this.at >= this.text.length) this.fail(`expected ${expected}, but the text ends`);
    const character = this.text[this.at];
    if (character === "'") this.fail("text stands in double quotes");
    if (character === "}" || character === "]") this.fail("a comma too many, or a value is missing");
    if (/[\d-]/.test(character)) this.fail("this is no number");
    this.fail(`expected ${expected}`);
  }

  /** @param {string} message @returns {never} */
  fail(message) {
    throw new Mistake(message, this.at);
  }
}
