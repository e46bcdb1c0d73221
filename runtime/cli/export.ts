import { join, relative, resolve } from "node:path";
import { type Command, Option } from "commander";
import { sayFailures } from "./exit.ts";
import { modelArgument, modelFolder, openModel } from "./model-argument.ts";
import { print, say } from "./output.ts";

export function addExport(program: Command): void {
  program
    .command("export")
    .description("export a model for other tools")
    .argument("<checkpoint>", modelArgument)
    .argument("<folder>", "a new folder for the exported model")
    .addOption(new Option("--to <tool>", "whose form").choices(["transformers"]).makeOptionMandatory())
    .addHelpText(
      "after",
      "\nA model of a published family is exported as that family, any other as a family that has the same settings.\n\nExample:\n" +
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
