import type { Command } from "commander";
import type { Inspection } from "#runtime/checkpoints/inspect-text.ts";
import { alignedRows } from "#runtime/compare/comparison-table.ts";
import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import { counted } from "#runtime/contract/numbers.ts";
import { normOf } from "#runtime/contract/reductions.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { engineOption } from "./engine-choice.ts";
import { sayFailures } from "./exit.ts";
import { modelArgument, modelFolder, openModel } from "./model-argument.ts";
import { print, printJson } from "./output.ts";

interface InspectOptions {
  text: string;
  engine: EngineChoice;
  json?: boolean;
}

export function addInspect(program: Command): void {
  program
    .command("inspect")
    .description("show what a model computes for a text: tokens, hidden states, attention")
    .argument("<checkpoint>", modelArgument)
    .requiredOption("--text <text>", "the text to encode")
    .addOption(engineOption("engine that runs the model"))
    .option("--json", "one JSON document, with every number")
    .addHelpText(
      "after",
      '\nExamples:\n  $ pretrain inspect checkpoints/bert --text "Hello, my dog is cute."\n  $ pretrain inspect experiment.pretrain#base --text "We the people" --json',
    )
    .action((checkpoint: string, { text, engine, json }: InspectOptions) =>
      sayFailures(async () => {
        const folder = await modelFolder(checkpoint);
        const { inspect } = await import("#runtime/checkpoints/inspect-text.ts");
        const found = await inspect(await openModel(folder), text, engine, threadsFor(1));
        if (!json) return print(textOf(found));
        printJson({
          checkpoint: folder,
          engine: found.engine,
          tokens: found.tokens,
          texts: found.texts,
          input_ids: found.ids,
          last_hidden_state: found.hiddenStates.at(-1),
          embedding: found.embedding,
          hidden_states: found.hiddenStates,
          attentions: found.attentions,
        });
      }),
    );
}

/** A table with a row per token: the beginning of its last hidden state, and the token that receives most attention in the last block. */
function textOf({ texts: tokens, ids, hiddenStates, attentions, engine }: Inspection): string {
  const last = hiddenStates.at(-1)!;
  const heads = attentions.at(-1)!;
  const rows = tokens.map((token, i) => {
    const seen = tokens.map((_, j) => heads.reduce((sum, head) => sum + head[i]![j]!, 0) / heads.length);
    const max = seen.indexOf(Math.max(...seen));
    const beginning = last[i]!.slice(0, 4).map((value) => value.toFixed(4));
    return [token, String(ids[i]), ...beginning, `${tokens[max]} (${Math.round(100 * seen[max]!)}%)`];
  });
  const norms = hiddenStates.map((states, layer) => [
    layer === 0 ? "embeddings" : `after block ${layer}`,
    normOf(states.flat()).toFixed(4),
  ]);
  return [
    alignedRows(["token", "id", "last hidden state", "", "", "…", "attends most to"], rows),
    alignedRows(["hidden states", "norm"], norms),
    `${counted(tokens.length, "token")} of ${last[0]!.length} numbers, ${counted(attentions.length, "block")} of ${counted(heads.length, "head")}, on ${engine}; --json has every number`,
  ].join("\n\n");
}
