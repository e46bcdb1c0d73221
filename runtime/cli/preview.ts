import type { Command } from "commander";
export function addPreview(_program: Command): void {}
