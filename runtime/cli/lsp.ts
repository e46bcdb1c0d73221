import type { Command } from "commander";
import { UsageError } from "./exit.ts";

export function addLsp(program: Command): void {
  program
    .command("lsp")
    .description("serve an editor that speaks the Language Server Protocol")
    .option("--stdio", "communicate over standard input and output")
    .addHelpText(
      "after",
      '\nExamples:\n  $ pretrain lsp --stdio\n\nNeovim:\n  vim.lsp.start({ name = "pretrain", cmd = { "pretrain", "lsp", "--stdio" } })',
    )
    .action(async ({ stdio }: { stdio?: boolean }) => {
      if (!stdio) throw new UsageError("the transport is missing: pretrain lsp --stdio");
      const { serveStandardStreams } = await import("#server/streams.ts");
      await serveStandardStreams();
    });
}
