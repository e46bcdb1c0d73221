import { GrammarUtils } from "langium";
import { catalogue } from "#runtime/contract/catalogue/index.ts";
import type { Entry } from "../generated/ast.ts";
import { didYouMean, nearest } from "../nearest.ts";
import { rangeOfKey } from "../places.ts";
import { keyIn, keyText, type Shape, shapeOf, variedKeys } from "../references/expected.ts";
import { listed } from "../values/describe.ts";
import type { Finding, RuleFamily } from "./report.ts";

/** Every key is one that its block takes, once. */
export const keys: RuleFamily = () => ({
  Block(block, report) {
    const shape = shapeOf(block);
    const before = new Set<string>();
    for (const entry of block.entries.filter(isWhole)) {
      const name = keyText(entry);
      if (before.has(name)) {
        const message = `${name} stands in this block twice; each key once.`;
        report(entry, rangeOfKey(entry), { code: "repeated-key", message });
      } else if (shape && !keyIn(shape, name)) {
        report(entry, rangeOfKey(entry), unknown(entry, shape));
      }
      if (entry.key[0] === "with" && shape && keyIn(shape, name) && !block.entries.slice(0, block.entries.indexOf(entry)).some(varies)) {
        const message = `${name} says what moves together with a vary line, and none stands before it. Write vary ${entry.key.slice(1).join(" ")} to vary it alone.`;
        report(entry, rangeOfKey(entry), { code: "with-nothing", message });
      }
      before.add(name);
    }
  },
});

function varies({ key }: Entry): boolean {
  return key[0] === "vary";
}

/** Where the colon is missing the text broke off, and what was read as a key need not be one. */
function isWhole(entry: Entry): boolean {
  return entry.weight === undefined && entry.key.length > 0 && GrammarUtils.findNodeForKeyword(entry.$cstNode, ":") !== undefined;
}

function unknown(entry: Entry, shape: Shape): Finding {
  const name = keyText(entry);
  // what is not with anything was meant to vary
  const offered = shape.keys.filter((key) => key.name !== "with" || entry.key[0] === "with");
  const known = offered.flatMap((key) => (key.value.type === "varied" ? variedKeys.map((varied) => `${key.name} ${varied}`) : [key.name]));
  const fixes = nearest(name, known);
  if (known.length === 0) {
    const message = shape.weighted
      ? `${shape.name} holds entries such as 50%: name; ${name} is no share.`
      : `${shape.name} has no settings; leave ${name} out.`;
    return { code: "unknown-key", message };
  }
  const help = fixes.length > 0 ? didYouMean(fixes) : ` It has ${listed(known, "and")}.${elsewhere(name)}`;
  return { code: "unknown-key", message: `${shape.name} has no key ${name}.${help}`, fixes };
}

/** Where the key would be right. */
function elsewhere(name: string): string {
  const owners = [
    ...catalogue.declarations.filter(({ keys }) => keys.some((key) => key.name === name)).map(({ kind }) => kind),
    ...catalogue.options.filter(({ keys }) => keys.some((key) => key.name === name)).map((option) => option.name),
  ];
  return owners.length === 0 ? "" : ` ${name} is a key of ${listed(owners, "and")}.`;
}
