import { join, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { sayFailures } from "./exit.ts";
import { modelArgument, modelFolder, openModel } from "./model-argument.ts";
import { print, say } from "./output.ts";

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
        const { exportToTransformers } = await import("#runtime/checkpoints/export.ts");
        const written = exportToTransformers(await openModel(from, { predicts: true }), resolve(folder));
        for (const { folder: path, className, differs } of written) {
          const shown = join(folder, relative(resolve(folder), path));
          print(
            `${shown} holds ${/^[AE]/.test(className) ? "an" : "a"} ${className}: ${className}.from_pretrained(${JSON.stringify(shown)})`,
          );
          if (differs) say(`warning: ${differs}`);
        }
      }),
    );
}
