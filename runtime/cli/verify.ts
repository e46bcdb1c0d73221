import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { VerifiedTensor } from "#runtime/checkpoints/verify.ts";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import { engineOption } from "./engine-choice.ts";
import { ProblemsError, sayFailures, UsageError } from "./exit.ts";
import { checkpointFolder } from "./model-argument.ts";
import { positive } from "./number-option.ts";
import { print, printJson, say, shellWord } from "./output.ts";

interface VerifyOptions {
  batch: string;
  expected: string;
  tolerance: number;
  engine: EngineChoice;
  json?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command("verify")
    .description("compare a checkpoint's results on a stored batch with those of another program")
    .argument("<checkpoint>", "a folder in the format of Hugging Face's Transformers, or the name of a downloaded model of the hub")
    .requiredOption("--batch <file>", "safetensors file of inputs and labels, with Transformers' names")
    .requiredOption("--expected <file>", "safetensors file of loss, logits, hidden_states.N, attentions.N, grad_norm.PARAMETER and so on")
    .option("--tolerance <t>", "maximum difference; relative for numbers above 1; ten times as much for gradient norms", positive, 1e-4)
    .addOption(engineOption("engine that runs the model"))
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      "\nPositions where the attention mask is 0 do not count. Exit code 1 above the tolerance.\n\nExample:\n" +
        "  $ pretrain verify checkpoints/bert --batch batch.safetensors --expected expected.safetensors",
    )
    .action((argument: string, options: VerifyOptions) =>
      sayFailures(async () => {
        const [file] = argument.split("#");
        if (file !== argument && existsSync(file!))
          throw new UsageError(
            `verify reads the folder of a checkpoint, not a run; write one first: pretrain export ${shellWord(argument)} --to transformers FOLDER`,
          );
        const folder = checkpointFolder(argument);
        const { verify } = await import("#runtime/checkpoints/verify.ts");
        const { engine, tensors } = await verify(folder, options, (message) => say(`warning: ${message}`));
        const passed = tensors.every((tensor) => tensor.passed);
        if (options.json) {
          const rows = tensors.map(({ name, shape, maxDifference, passed }) => ({ name, shape, max_difference: maxDifference, passed }));
          printJson({ checkpoint: folder, engine, tolerance: options.tolerance, tensors: rows, passed });
        } else print(tableOf(tensors, engine));
        if (!passed) throw new ProblemsError(failureOf(tensors, options.tolerance));
      }),
    );
}

function tableOf(tensors: readonly VerifiedTensor[], engine: string): string {
  const rows = tensors.map(({ name, shape, maxDifference, passed }) => [
    name,
    shape.length === 0 ? "scalar" : shape.join(" × "),
    maxDifference === null ? "not given" : maxDifference.toExponential(1),
    passed ? "" : "✗",
  ]);
  return `${alignedRows(["tensor", "shape", "largest difference", ""], rows)}\n${tensors.length} tensors on ${engine}`;
}

function failureOf(tensors: readonly VerifiedTensor[], tolerance: number): string {
  const missing = tensors.filter(({ maxDifference }) => maxDifference === null).map(({ name }) => name);
  const beyond = tensors.filter(({ passed, maxDifference }) => !passed && maxDifference !== null).length;
  const parts = [
    ...(beyond > 0 ? [`${beyond} of ${tensors.length} tensors differ by more than the tolerance of ${tolerance}`] : []),
    ...(missing.length > 0 ? [`the checkpoint has no ${missing.join(", ")} of that shape`] : []),
  ];
  return parts.join("; ");
}
