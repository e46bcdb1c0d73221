import { EmptyFileSystem, type LangiumDocument, URI } from "langium";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import type { File } from "./generated/ast.ts";
import { createPretrainServices } from "./module.ts";
import { placedDiagnostics } from "./problems.ts";
import { printFile } from "./text/format.ts";
import { hasSyntaxErrors } from "./validation/report.ts";

/** Lays out the text of a file, whose name only serves the problems. A text whose syntax has mistakes is not touched: its problems come back. */
export function format(text: string, file = "untitled.pretrain"): { text: string } | { problems: PlacedProblem[] } {
  made ??= createPretrainServices(EmptyFileSystem);
  const { shared, pretrain } = made;
  const document = shared.workspace.LangiumDocumentFactory.fromString(text, URI.file(file)) as LangiumDocument<File>;
  if (!hasSyntaxErrors(document)) return { text: printFile(document.parseResult.value) };
  return { problems: placedDiagnostics(file, pretrain.validation.DocumentValidator.syntaxDiagnostics(document)) };
}

/** To make a parser takes longer than to parse. */
let made: ReturnType<typeof createPretrainServices> | undefined;
