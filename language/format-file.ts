import { EmptyFileSystem, type LangiumDocument, URI } from "langium";
import type { PlacedProblem } from "#runtime/contract/problem.ts";
import { placedDiagnostics } from "./document-problems.ts";
import type { File } from "./generated/ast.ts";
import { createPretrainServices } from "./module.ts";
import { printFile } from "./text/print-file.ts";
import { hasSyntaxErrors } from "./validation/report-finding.ts";

/**
 * Formats the text of a file. If the text has syntax errors, it stays as it is and its problems are returned. `file` only serves to place
 * them.
 */
export function format(text: string, file = "untitled.pretrain"): { text: string } | { problems: PlacedProblem[] } {
  made ??= createPretrainServices(EmptyFileSystem);
  const { shared, pretrain } = made;
  const document = shared.workspace.LangiumDocumentFactory.fromString(text, URI.file(file)) as LangiumDocument<File>;
  if (!hasSyntaxErrors(document)) return { text: printFile(document.parseResult.value) };
  return { problems: placedDiagnostics(file, pretrain.validation.DocumentValidator.syntaxDiagnostics(document)) };
}

/** Services are kept: creating a parser takes longer than parsing. */
let made: ReturnType<typeof createPretrainServices> | undefined;
