import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { sayFailures } from "./exit.ts";
import { modelArgument, modelFolder } from "./model-argument.ts";
import { print } from "./output.ts";

export function addExport(program: Command): void {
  program
    .command("export")
    .description("a model for other tools")
    .argument("<checkpoint>", modelArgument)
    .argument("<folder>", "where to write it: a new folder")
    .addOption(new Option("--to <tool>", "whose form").choices(["transformers"]).makeOptionMandatory())
    .addHelpText(
      "after",
      "\nA model of a published family is written as one of it, another as the family that has all of its choices.\n\nExample:\n" +
        "  $ pretrain export experiment.pretrain#base --to transformers exported",
    )
    .action((checkpoint: string, folder: string) =>
      sayFailures(async () => {
        const from = await modelFolder(checkpoint);
        const [{ exportToTransformers }, { openStoredModel }] = await Promise.all([
          import("#runtime/checkpoints/export.ts"),
          import("#runtime/checkpoints/stored-model.ts"),
        ]);
        const className = exportToTransformers(openStoredModel(from), resolve(folder));
        print(`${folder} holds a ${className}: ${className}.from_pretrained(${JSON.stringify(folder)})`);
      }),
    );
}
