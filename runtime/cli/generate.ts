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
    .description("text from a model: a decoder or an encoder-decoder")
    .argument("<checkpoint>", modelArgument)
    .requiredOption("--prompt <text...>", "what the text begins with; several are continued side by side")
    .option("--tokens <n>", "at most so many new tokens", atLeast(1, true), 100)
    .option("--temperature <t>", "0: always the likeliest token", atLeast(0, false), 1)
    .option("--top-k <k>", "draw from the k likeliest tokens only", atLeast(1, true))
    .option("--top-p <p>", "draw from the fewest likeliest tokens that together have this share", atLeast(0, false, 1))
    .option("--beams <n>", "keep n continuations and return the likeliest instead of drawing", atLeast(1, true), 1)
    .option("--length-penalty <p>", "beams are scored by the mean over their length to this power", atLeast(0, false), 1)
    .option("--seed <n>", "the same seed gives the same text", atLeast(0, true), 1)
    .addOption(engineOption("what runs the model"))
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

/** Beams draw nothing, and what draws has no beams: what was given for the other would change nothing. */
function refuseIdle(command: Command, beams: number): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  if (beams === 1 && isGiven("lengthPenalty"))
    throw new UsageError("--length-penalty is of beams, and there is one; give --beams above 1 with it, or leave it out");
  const ofDrawing = { temperature: "--temperature", topK: "--top-k", topP: "--top-p", seed: "--seed" };
  const idle = Object.entries(ofDrawing).flatMap(([name, flag]) => (isGiven(name) ? [flag] : []));
  if (beams === 1 || idle.length === 0) return;
  const them = idle.length === 1 ? "it" : "them";
  throw new UsageError(`--beams ${beams} draws nothing, so ${listed(idle)} would change nothing; leave ${them} out, or leave --beams out`);
}
