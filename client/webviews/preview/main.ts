import "../elements.ts";
import type { MarkedText, Preview, PreviewPair, PreviewPart } from "#runtime/contract/preview.ts";
import { visible } from "#runtime/contract/visible.ts";
import { element, show, startAnswerPage } from "../page.ts";

startAnswerPage(showPreview);

function showPreview({ objective, pretrain, parts }: Preview): void {
  show(
    element("h1", {}, `Preview: ${objective}`),
    element(
      "p",
      { class: "muted" },
      `Inputs of the model with their targets below, on real sequences of the corpus that ${pretrain} trains on.`,
    ),
    ...parts.flatMap((part) => [
      parts.length > 1 ? element("h2", {}, part.part) : null,
      element("p", { class: "facts" }, factsOf(part)),
      ...part.pairs.map(pairOf),
    ]),
  );
}

function pairOf({ input, target, input_parts, target_parts }: PreviewPair): HTMLElement {
  return element(
    "article",
    { class: "pair" },
    element("div", { class: "role" }, "Input"),
    element("div", { class: "text", "data-role": "input" }, ...marked(input_parts ?? [{ text: input }])),
    element("div", { class: "role" }, "Target"),
    element("div", { class: "text", "data-role": "target" }, ...marked(target_parts ?? [{ text: target }])),
  );
}

const colours = 6;

/** Text of the corpus with its marks. It enters the page as text, never as markup. */
function marked(parts: readonly MarkedText[]): Node[] {
  return parts.map(({ text, mark }) =>
    mark === undefined
      ? document.createTextNode(visible(text))
      : element("mark", { class: `mark-${mark % colours}`, title: `span ${mark + 1}` }, text),
  );
}

/** Measurements: `14.8% rate · mean span 3.1 · over 256 sequences`. */
function factsOf({ measured, sequences }: PreviewPart): string {
  const facts = Object.entries(measured).map(([name, value]) => {
    const words = name.replaceAll("_", " ");
    return name.startsWith("mean_") ? `${words} ${value.toFixed(1)} tokens` : `${words} ${(value * 100).toFixed(1)}%`;
  });
  return [...facts, `measured over ${sequences.toLocaleString("en-US")} sequences`].join(" · ");
}
