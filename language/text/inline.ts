import { formatMargin } from "#runtime/contract/numbers.ts";
import type { Block, Entry, Expectation, Value } from "../generated/ast.ts";
import { nameOf } from "../references/expected-value.ts";
import { readMargin } from "../values/margin.ts";

/** A value on one line with single spaces: `masked { rate: 40%, whole_words: true }`. Comments and missing parts are left out. */
export function inlineText(value: Value | undefined): string {
  if (!value) return "";
  switch (value.$type) {
    case "Text":
      return value.$cstNode?.text ?? JSON.stringify(value.text);
    case "Quantity":
      return amountText(value.amount);
    case "Named":
      return value.body ? `${nameOf(value)} ${inlineBlock(value.body)}` : nameOf(value);
    case "List":
      return `[${value.items.map(inlineText).join(", ")}]`;
    case "Block":
      return inlineBlock(value);
    case "Range":
      return `${value.from}..${value.to}`;
    case "Schedule":
      return `every ${amountText(value.every)}${value.keep === undefined ? "" : `, keep ${amountText(value.keep)}`}`;
    case "Last":
      return `last ${amountText(value.amount)}`;
    case "Expectation":
      return `${inlineText(value.left)} ${value.operator} ${inlineText(value.right)}${marginText(value)} on ${value.task?.$refText ?? ""}.${value.metric?.$refText ?? ""}`;
  }
}

/** The text of an entry's key: `rate:`, `train on:` or `50%:`. */
export function keyLabel(entry: Entry): string {
  return `${entry.weight ?? entry.key.join(" ")}:`;
}

function inlineBlock(block: Block): string {
  if (block.entries.length === 0) return "{}";
  return `{ ${block.entries.map((entry) => `${keyLabel(entry)} ${inlineText(entry.value)}`).join(", ")} }`;
}

/** ` within 1`, as in the answer to the expectation; as it is written if it is not a margin. */
function marginText(expectation: Expectation): string {
  if (expectation.margin === undefined) return "";
  const reading = readMargin(expectation);
  const metric = expectation.metric?.$refText ?? "";
  return ` within ${reading?.ok ? formatMargin(metric, reading.value) : amountText(expectation.margin)}`;
}

function amountText(amount: string | undefined): string {
  return (amount ?? "").replace(/\s+/, " ");
}
