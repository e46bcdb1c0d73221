import { catalogue } from "#runtime/contract/catalogue/index.ts";
import { codeBlocks, files, pages, read } from "../house/repository.ts";

/** A text in the language that people are shown. */
export interface Example {
  /** Its file or its place in the catalogue, and the how manieth it is there. */
  where: string;
  text: string;
}

/** Every one: in the pages, the templates, the snippets and the catalogue, and the files of `examples`. */
export function allExamples(): Example[] {
  return [
    ...pages.flatMap((page) => codeBlocks(page, "pretrain").map((text, index) => ({ where: `${page} ${index + 1}`, text }))),
    ...files.filter(isShownFile).map((path) => ({ where: path, text: read(path) })),
    ...Object.entries(snippets()).map(([name, { body }]) => ({ where: `the snippet ${name}`, text: expanded(body.join("\n")) })),
    ...catalogue.declarations.map(({ kind, example }) => ({ where: `the catalogue's ${kind}`, text: example })),
    ...catalogue.options.map(({ family, name, example }) => ({ where: `the catalogue's ${family} ${name}`, text: example })),
  ];
}

/** Files of the language that people open or copy. */
export function isShownFile(path: string): boolean {
  return /^(examples|media)\/.*\.pretrain$/.test(path);
}

export function snippets(): Record<string, { body: string[] }> {
  return JSON.parse(read("syntaxes/snippets.json")) as Record<string, { body: string[] }>;
}

/** The example as in the editor before anything is filled in. */
function expanded(body: string): string {
  return body
    .replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, "$1")
    .replace(/\$\{\d+:([^}]*)\}/g, "$1")
    .replace(/\$\d+/g, "");
}
