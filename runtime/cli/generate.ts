import type { Command } from "commander";
import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import { listed } from "#runtime/contract/listed.ts";
import { threadsFor } from "#runtime/engines/threads.ts";
import { engineOption } from "./engine-choice.ts";
import { sayFailures, UsageError } from "./exit.ts";
import { modelArgument, modelFolder, openModel } from "./model-argument.ts";
import { atLeast } from "./number-option.ts";
import { print, printJson, say } from "./output.ts";

interface GenerateOptions {
  prompt: string[];
  tokens: number;
  temperature: number;
  topK?: number;
  topP?: number;
  beams: number;
  lengthPenalty: number;
  seed: number;
  engine: EngineChoice;
  json?: boolean;
}

export function addGenerate(program: Command): void {
  program
    .command("generate")
    .description("generate text with a decoder or an encoder-decoder")
    .argument("<checkpoint>", modelArgument)
    .requiredOption("--prompt <text...>", "beginning of the text; several prompts are continued in one batch")
    .option("--tokens <n>", "maximum number of new tokens", atLeast(1, true), 100)
    .option("--temperature <t>", "sampling temperature; 0 means greedy decoding", atLeast(0, false), 1)
    .option("--top-k <k>", "sample only from the k most probable tokens", atLeast(1, true))
    .option("--top-p <p>", "sample only from the most probable tokens that together have this probability", atLeast(0, false, 1))
    .option("--beams <n>", "beam search with n hypotheses, instead of sampling", atLeast(1, true), 1)
    .option("--length-penalty <p>", "exponent of the length that beam scores are divided by", atLeast(0, false), 1)
    .option("--seed <n>", "the same seed gives the same text", atLeast(0, true), 1)
    .addOption(engineOption("engine that runs the model"))
    .option("--json", "one JSON document")
    .addHelpText(
      "after",
      '\nExamples:\n  $ pretrain generate experiment.pretrain#base --prompt "We the people"\n  $ pretrain generate checkpoints/gpt2 --prompt "We" "They" --temperature 0.8 --top-k 40\n  $ pretrain generate checkpoints/t5 --prompt "translate English to German: Hello." --beams 4',
    )
    .action((checkpoint: string, { prompt, json, engine, topK, topP, ...options }: GenerateOptions, command: Command) =>
      sayFailures(async () => {
        refuseIdle(command, options.beams);
        const folder = await modelFolder(checkpoint);
        const { generate } = await import("#runtime/train/generate.ts");
        const settings = { ...options, prompts: prompt, topK: topK ?? null, topP: topP ?? null, threads: threadsFor(1), onWarning: say };
        const texts = await generate(await openModel(folder, { predicts: true }), settings, engine);
        const pairs = texts.map((text, i) => ({ prompt: prompt[i], text }));
        if (json) printJson({ checkpoint: folder, ...(pairs.length === 1 ? pairs[0] : { texts: pairs }) });
        else for (const text of texts) print(text);
      }),
    );
}

/** Throws if an option of sampling was given with beam search, or the other way round, as it would have no effect. */
function refuseIdle(command: Command, beams: number): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  if (beams === 1 && isGiven("lengthPenalty"))
    throw new UsageError("--length-penalty applies to beam search only; add --beams above 1, or omit it");
  const ofDrawing = { temperature: "--temperature", topK: "--top-k", topP: "--top-p", seed: "--seed" };
  const idle = Object.entries(ofDrawing).flatMap(([name, flag]) => (isGiven(name) ? [flag] : []));
  if (beams === 1 || idle.length === 0) return;
  const them = idle.length === 1 ? "it" : "them";
  throw new UsageError(`--beams ${beams} does not sample, so ${listed(idle)} would have no effect; omit ${them}, or omit --beams`);
}
