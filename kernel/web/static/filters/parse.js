// An expression as a tree of conditions, where it is one: what `toExpression` writes, and what people write
// like it. Everything else stays an expression.

const TOKEN = /\s*(?:(\{[^{}]*\})|('(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*")|(-?(?:\d+\.?\d*|\.\d+))|([A-Za-z_]\w*)|(!=|<>|<=|>=|[=<>(),]))/sy;
const OPERATORS = { "=": "eq", "!=": "ne", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge" };
const CALLS = { CONTAINS: "contains", STARTS_WITH: "starts_with", ENDS_WITH: "ends_with", WITHIN: "within" };
/** How a condition is asked of a field that holds many values. */
const MANY = { eq: "any_of", ne: "none_of", in: "any_of", not_in: "none_of" };

/** The tree that says the same; null where the builder could not show it as conditions on fields of the model. */
export function fromExpression(text, model) {
  try {
    const reader = new Reader(tokens(text), model);
    const tree = reader.disjunction();
    if (!reader.done) return null;
    return tree.all || tree.any ? tree : { all: [tree] };
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

class Unreadable extends Error {}

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim()) {
    const match = TOKEN.exec(text);
    if (!match) throw new Unreadable();
    const [, field, quoted, number, word, sign] = match;
    if (field) found.push({ kind: "field", value: field.slice(1, -1).trim() });
    else if (quoted) found.push({ kind: "value", value: unquoted(quoted) });
    else if (number) found.push({ kind: "value", value: Number(number) });
    else if (word) found.push({ kind: "word", value: word.toUpperCase() });
    else found.push({ kind: "sign", value: sign });
  }
  return found;
}

function unquoted(token) {
  const quote = token[0];
  return token.slice(1, -1).replace(/\\(.)|''|""/gs, (whole, escaped) => (escaped === undefined ? (whole[0] === quote ? quote : whole) : { n: "\n", t: "\t" }[escaped] ?? escaped));
}

class Reader {
  constructor(found, model) { Object.assign(this, { found, model, at: 0 }); }

  get done() { return this.at === this.found.length; }
  get next() { return this.found[this.at]; }
  is(value) { return this.next?.value === value && this.next.kind !== "value"; }
  take(value) { if (!this.is(value)) return false; this.at += 1; return true; }
  need(value) { if (!this.take(value)) throw new Unreadable(); }
  of(kind) { const token = this.next; if (token?.kind !== kind) throw new Unreadable(); this.at += 1; return token.value; }

  chain(word, name, member) {
    const members = [member()];
    while (this.take(word)) members.push(member());
    return members.length === 1 ? members[0] : { [name]: members };
  }

  disjunction() { return this.chain("OR", "any", () => this.chain("AND", "all", () => this.condition())); }

  condition() {
    if (this.take("(")) {
      const inner = this.disjunction();
      this.need(")");
      return inner;
    }
    if (this.take("NOT")) {
      const inner = this.condition();
      if (inner.op === "contains") return this.checked(inner.field, "not_contains", inner.value);
      throw new Unreadable();
    }
    return this.next?.kind === "word" ? this.call() : this.comparison();
  }

  call() {
    const op = CALLS[this.of("word")];
    if (!op) throw new Unreadable();
    this.need("(");
    const field = this.of("field");
    this.need(",");
    const value = this.of("value");
    this.need(")");
    return this.checked(field, op, value);
  }

  comparison() {
    const field = this.of("field");
    const none = this.take("NOT");
    if (none || this.is("IN")) {
      this.need("IN");
      this.need("(");
      const values = [this.literal()];
      while (this.take(",")) values.push(this.literal());
      this.need(")");
      return this.checked(field, none ? "not_in" : "in", values);
    }
    const op = OPERATORS[this.of("sign")];
    if (!op) throw new Unreadable();
    if (this.take("BLANK")) {
      this.need("(");
      this.need(")");
      if (op !== "eq" && op !== "ne") throw new Unreadable();
      return this.checked(field, op === "eq" ? "is_empty" : "is_not_empty");
    }
    return this.checked(field, op, this.literal());
  }

  literal() {
    if (this.take("TRUE")) return true;
    if (this.take("FALSE")) return false;
    return this.of("value");
  }

  /** A condition that the builder can show: of a field that is there, with an operator that it has. */
  checked(field, op, value) {
    const column = this.model.column(field);
    const used = column?.many ? MANY[op] ?? op : op;
    if (!column?.operators.includes(used)) throw new Unreadable();
    const fitting = used !== op && !Array.isArray(value) ? [value] : value;
    if (["number", "money"].includes(column.kind) && ![].concat(fitting ?? []).every((one) => Number.isFinite(Number(one)))) throw new Unreadable();
    return { field: column.key, op: used, ...(fitting === undefined ? {} : { value: fitting }) };
  }
}
