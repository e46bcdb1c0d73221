import { GrammarUtils } from "langium";
import { foreignNames, meantBy } from "#runtime/contract/catalogue/aliases.ts";
import { catalogue, type Option, optionsOf, type ValueType } from "#runtime/contract/catalogue/index.ts";
import { didYouMean, nearest } from "#runtime/contract/nearest.ts";
import { type Block, type Entry, isQuantity } from "../generated/ast.ts";
import { keyIn, keyText, type Shape, shapeOf, variedKeys } from "../references/expected-value.ts";
import { entryOf } from "../setting-layers.ts";
import { inlineText } from "../text/inline.ts";
import { rangeOfKey } from "../text-ranges.ts";
import { alternatives } from "../values/describe.ts";
import type { Finding, RuleFamily } from "./report-finding.ts";

/** Every key is one that its block accepts, and occurs once. */
export const keys: RuleFamily = () => ({
  Block(block, report) {
    const shape = shapeOf(block);
    const before = new Set<string>();
    for (const entry of block.entries.filter(isWhole)) {
      const name = keyText(entry);
      if (before.has(name)) {
        const message = `${name} is set twice in this block. Remove one of the two.`;
        report(entry, rangeOfKey(entry), { code: "repeated-key", message });
      } else if (shape && !keyIn(shape, name)) {
        const placed = inOption(entry, block, shape);
        if (placed) report(entry, entry.$cstNode?.range, placed);
        else report(entry, rangeOfKey(entry), afterUnit(entry, block, shape) ?? unknown(entry, shape));
      }
      if (entry.key[0] === "with" && shape && keyIn(shape, name) && !block.entries.slice(0, block.entries.indexOf(entry)).some(varies)) {
        const message = `${name} must follow a vary line, whose values it accompanies; there is none before it. Write vary ${entry.key.slice(1).join(" ")} to vary it alone.`;
        report(entry, rangeOfKey(entry), { code: "with-nothing", message });
      }
      before.add(name);
    }
  },
});

function varies({ key }: Entry): boolean {
  return key[0] === "vary";
}

/** Whether the entry has its colon. Without one the text is incomplete, and what was read as a key may not be one. */
function isWhole(entry: Entry): boolean {
  return entry.weight === undefined && entry.key.length > 0 && GrammarUtils.findNodeForKeyword(entry.$cstNode, ":") !== undefined;
}

function unknown(entry: Entry, shape: Shape): Finding {
  const name = keyText(entry);
  // a key that does not start with `with` was meant as one to vary
  const offered = shape.keys.filter((key) => key.name !== "with" || entry.key[0] === "with");
  const known = offered.flatMap((key) => (key.value.type === "varied" ? variedKeys.map((varied) => `${key.name} ${varied}`) : [key.name]));
  const [first = "", ...rest] = entry.key;
  const isVaried = offered.some((key) => key.name === first && key.value.type === "varied");
  const fixes =
    isVaried && rest.length > 0 ? nearest(rest.join(" "), variedKeys).map((varied) => `${first} ${varied}`) : nearest(name, known);
  if (known.length === 0) {
    const message = shape.weighted
      ? `${shape.name} takes entries such as 50%: name; ${name} is not a share.`
      : `${shape.name} takes no settings. Leave ${name} out.`;
    return { code: "unknown-key", message };
  }
  if (shape.weighted && isQuantity(entry.value) && optionsOf("objective").some((option) => option.name === name)) {
    const written = `${entry.value.amount}: ${name}`;
    return { code: "unknown-key", message: `${shape.name} has no key ${name}. Write the share before the part: ${written}` };
  }
  const advice = foreignNames.get(name);
  if (advice !== undefined && fixes.length === 0) return { code: "unknown-key", message: `${shape.name} has no key ${name}. ${advice}` };
  const key = shape.keys.find((each) => each.name === fixes[0]);
  const example = key?.example && didYouRename(name, fixes) ? ` For example: ${key.example.split("\n")[0]}` : "";
  const help = fixes.length > 0 ? `${didYouMean(fixes)}${example}` : ` It has ${alternatives(known, "and")}.${otherPlacesOf(name)}`;
  return { code: "unknown-key", message: `${shape.name} has no key ${name}.${help}`, fixes };
}

/** The finding for `budget: 20k tokens batch: 16`, where the unit was read as the first word of the next key. */
function afterUnit(entry: Entry, block: Block, shape: Shape): Finding | undefined {
  const before = block.entries[block.entries.indexOf(entry) - 1];
  const [unit, ...key] = entry.key;
  if (unit === undefined || !before?.value || !isQuantity(before.value) || !keyIn(shape, key.join(" "))) return undefined;
  const value = `${before.value.amount} ${unit}`;
  const message = `Found ${unit} before the key ${key.join(" ")}. If it belongs to the value before it, put a comma or a new line between the two entries: ${keyText(before)}: ${value}, ${key.join(" ")}: …`;
  return { code: "unknown-key", message, fixes: [`${unit}, ${key.join(" ")}`] };
}

/** The finding for a key that belongs to an option which this block accepts, as `learning_rate` belongs to adamw in `optimizer`. */
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
      const isSet = entryOf(block, outer.name) !== undefined;
      const message = `${shape.name} has no key ${name}. Write ${written}`;
      return { code: "unknown-key", message, fixes: isSet ? [] : [written] };
    }
  }
  return undefined;
}

/** The options whose keys may be looked for one level too high: only those of optimisers. */
function optionsIn(type: ValueType): readonly Option[] {
  return type.type === "option" && type.family === "optimizer" ? optionsOf(type.family) : [];
}

/** Whether the name is one that another program uses, whose values may also have another form. */
function didYouRename(name: string, fixes: readonly string[]): boolean {
  return meantBy(name, fixes).length > 0;
}

/** The declarations and options that accept the key. */
function otherPlacesOf(name: string): string {
  const owners = [
    ...catalogue.declarations.map((each) => ({ owner: each.kind as string, keys: each.keys })),
    ...catalogue.options.map((each) => ({ owner: each.name, keys: each.keys })),
  ].map(({ owner, keys: all }) => ({ owner, names: all.map((key) => key.name) }));
  const as = owners.some(({ names }) => names.includes(name)) ? name : owners.flatMap(({ names }) => meantBy(name, names))[0];
  const found = owners.filter(({ names }) => as !== undefined && names.includes(as)).map(({ owner }) => owner);
  return found.length === 0
    ? ""
    : ` ${as === name ? name : `${name} may be ${as}, which`} is a key of ${alternatives(found.slice(0, 4), "and")}.`;
}
