import { GrammarUtils } from "langium";
import { meantBy, saidElsewhere } from "#runtime/contract/catalogue/aliases.ts";
import { catalogue, type Option, optionsOf, type ValueType } from "#runtime/contract/catalogue/index.ts";
import { type Block, type Entry, isQuantity } from "../generated/ast.ts";
import { didYouMean, nearest } from "../nearest.ts";
import { rangeOfKey } from "../places.ts";
import { keyIn, keyText, type Shape, shapeOf, variedKeys } from "../references/expected.ts";
import { entryOf } from "../settings.ts";
import { inlineText } from "../text/inline.ts";
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
        const placed = inOption(entry, block, shape);
        if (placed) report(entry, entry.$cstNode?.range, placed);
        else report(entry, rangeOfKey(entry), unknown(entry, shape));
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
  const [first = "", ...rest] = entry.key;
  const isVaried = offered.some((key) => key.name === first && key.value.type === "varied");
  const fixes =
    isVaried && rest.length > 0 ? nearest(rest.join(" "), variedKeys).map((varied) => `${first} ${varied}`) : nearest(name, known);
  if (known.length === 0) {
    const message = shape.weighted
      ? `${shape.name} holds entries such as 50%: name; ${name} is no share.`
      : `${shape.name} has no settings; leave ${name} out.`;
    return { code: "unknown-key", message };
  }
  if (shape.weighted && isQuantity(entry.value) && optionsOf("objective").some((option) => option.name === name)) {
    const written = `${entry.value.amount}: ${name}`;
    return { code: "unknown-key", message: `${shape.name} has no key ${name}. The share of a part stands before it: ${written}` };
  }
  const told = saidElsewhere.get(name);
  if (told !== undefined && fixes.length === 0) return { code: "unknown-key", message: `${shape.name} has no key ${name}. ${told}` };
  const key = shape.keys.find((each) => each.name === fixes[0]);
  const example = key?.example && didYouRename(name, fixes) ? ` For example: ${key.example.split("\n")[0]}` : "";
  const help = fixes.length > 0 ? `${didYouMean(fixes)}${example}` : ` It has ${listed(known, "and")}.${elsewhere(name)}`;
  return { code: "unknown-key", message: `${shape.name} has no key ${name}.${help}`, fixes };
}

/** A key of an option that a key of this block takes, as `learning_rate` is one of adamw in `optimizer`. */
function inOption(entry: Entry, block: Block, shape: Shape): Finding | undefined {
  const name = keyText(entry);
  if (
    nearest(
      name,
      shape.keys.map((key) => key.name),
    ).length > 0
  )
    return undefined;
  for (const outer of shape.keys) {
    for (const option of optionsIn(outer.value)) {
      const [inner] = option.keys.some((key) => key.name === name)
        ? [name]
        : meantBy(
            name,
            option.keys.map((key) => key.name),
          );
      if (inner === undefined) continue;
      const value = inlineText(entry.value);
      const written = `${outer.name}: ${option.name} { ${inner}: ${value} }`;
      const stands = entryOf(block, outer.name) !== undefined;
      const message = `${shape.name} has no key ${name}. ${inner} stands in ${outer.name}: ${written}`;
      return { code: "unknown-key", message, fixes: stands ? [] : [written] };
    }
  }
  return undefined;
}

/** An optimiser is the one family whose settings people look for a level higher. */
function optionsIn(type: ValueType): readonly Option[] {
  return type.type === "option" && type.family === "optimizer" ? optionsOf(type.family) : [];
}

/** A name of another program, whose values may have another form too. */
function didYouRename(name: string, fixes: readonly string[]): boolean {
  return meantBy(name, fixes).length > 0;
}

/** Where the key would be right. */
function elsewhere(name: string): string {
  const owners = [
    ...catalogue.declarations.map((each) => ({ owner: each.kind as string, keys: each.keys })),
    ...catalogue.options.map((each) => ({ owner: each.name, keys: each.keys })),
  ].map(({ owner, keys: all }) => ({ owner, names: all.map((key) => key.name) }));
  const as = owners.some(({ names }) => names.includes(name)) ? name : owners.flatMap(({ names }) => meantBy(name, names))[0];
  const found = owners.filter(({ names }) => as !== undefined && names.includes(as)).map(({ owner }) => owner);
  return found.length === 0
    ? ""
    : ` ${as === name ? name : `${name} may be ${as}, which`} is a key of ${listed(found.slice(0, 4), "and")}.`;
}
