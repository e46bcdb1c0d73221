import type { Key } from "#runtime/contract/catalogue/index.ts";
import { listed } from "#runtime/contract/listed.ts";
import { type Block, isBlock, isDeclaration, isEntry, type Named } from "../generated/ast.ts";
import { keyOf, keyText, optionAt } from "../references/expected-value.ts";
import { blockOf, layersIn, layersOf, settingValues } from "../setting-layers.ts";
import { inlineText } from "../text/inline.ts";
import { rangeOfKey } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** A setting of an option has no effect beside another one. An inherited setting may have none: it was written for another declaration. */
export const idleSettings: RuleFamily = () => ({
  Named(named, report) {
    const option = optionAt(named);
    if (!option || !named.body) return;
    const layers = layersOfOption(named);
    for (const entry of named.body.entries) {
      const idle = keyOf(entry)?.onlyWith?.flatMap(({ key, is }) => {
        const other = option.keys.find(({ name }) => name === key);
        const written = settingValues(layers, key)[0];
        const value = written ? inlineText(written) : other?.default;
        // a value that the key cannot have is a mistake of its own
        const isIdle = value !== undefined && valuesOf(other).includes(value) && !is.includes(value);
        return isIdle ? [{ key, value, is }] : [];
      })[0];
      if (!idle) continue;
      const remedy = `Leave it out, or write ${listed(
        idle.is.map((value) => `${idle.key}: ${value}`),
        "or",
      )}.`;
      const message = `${keyText(entry)} has no effect with ${idle.key}: ${idle.value}. ${remedy}`;
      report(entry, rangeOfKey(entry), { code: "setting-without-effect", message });
    }
  },
});

/** The option's settings, with those of the declarations that this one extends. */
function layersOfOption(named: Named): Block[] {
  const entry = named.$container;
  const block = isEntry(entry) ? entry.$container : undefined;
  const declaration = isBlock(block) ? block.$container : undefined;
  if (!isEntry(entry) || !isDeclaration(declaration) || blockOf(declaration) !== block) return layersIn([named]);
  return layersIn(settingValues(layersOf(declaration), keyText(entry)));
}

function valuesOf(key: Key | undefined): readonly string[] {
  if (key?.value.type === "choice") return key.value.of.map(({ name }) => name);
  return key?.value.type === "boolean" ? ["true", "false"] : [];
}
