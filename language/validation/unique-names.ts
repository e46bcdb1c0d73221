import { AstUtils, UriUtils } from "langium";
import { type DeclarationKind, type OptionFamily, optionOf } from "#runtime/contract/catalogue/index.ts";
import { groupBy } from "#runtime/contract/group.ts";
import type { Declaration } from "../generated/ast.ts";
import { declarationsSeenFrom } from "../references/resolve-imports.ts";
import { rangeOfName } from "../text-ranges.ts";
import type { RuleFamily } from "./report-finding.ts";

/** Each name means one thing, across all kinds of declarations, the imported files, and the catalogue where both could be used. */
export const names: RuleFamily = ({ shared }) => ({
  File(file, report) {
    const seen = groupBy(declarationsSeenFrom(AstUtils.getDocument(file), shared.workspace.LangiumDocuments), ({ name }) => name);
    for (const declaration of file.declarations.filter((each) => each.name)) {
      const other = seen.get(declaration.name)?.find((each) => isBefore(each, declaration));
      if (other) report(declaration, rangeOfName(declaration), { code: "duplicate-name", message: taken(declaration, other) });
      const family = reservingFamilies[declaration.kind]?.find((each) => optionOf(each, declaration.name));
      if (family) {
        const message = `${declaration.name} is already a name of the language. Give this ${declaration.kind} another name.`;
        report(declaration, rangeOfName(declaration), { code: "reserved-name", message });
      }
    }
  },
});

/**
 * Option families whose names may occur in the same places as the name of such a declaration. A comparison may vary objectives, tasks as
 * objectives, models, corpora and tokenizers, and its expectations and tables name these beside the baselines.
 */
const reservingFamilies: Partial<Record<DeclarationKind, readonly OptionFamily[]>> = {
  objective: ["objective", "baseline"],
  task: ["objective", "baseline"],
  model: ["baseline"],
  corpus: ["baseline"],
  tokenizer: ["baseline"],
  pretrain: ["from"],
};

/** Whether `other` comes first: earlier in the same file, or in an imported file. */
function isBefore(other: Declaration, declaration: Declaration): boolean {
  return other.$container !== declaration.$container || (other.$containerIndex ?? 0) < (declaration.$containerIndex ?? 0);
}

function taken(declaration: Declaration, other: Declaration): string {
  const line = (other.$cstNode?.range.start.line ?? 0) + 1;
  const place =
    other.$container === declaration.$container ? `line ${line}` : `line ${line} of ${UriUtils.basename(AstUtils.getDocument(other).uri)}`;
  return `The name ${declaration.name} is taken by the ${other.kind} at ${place}. Give each declaration its own name.`;
}
