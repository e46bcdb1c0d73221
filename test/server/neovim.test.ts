import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const command = join(fileURLToPath(import.meta.url), "..", "..", "..", "runtime", "cli", "main.ts");

/** Starts the server as any Neovim user would, waits for its diagnostics, asks for a hover and prints both. */
const script = `
local file, node, command = vim.fn.argv(0), vim.env.PRETRAIN_NODE, vim.env.PRETRAIN_COMMAND
local client = vim.lsp.start_client({ name = "pretrain", cmd = { node, command, "lsp", "--stdio" }, root_dir = vim.fn.fnamemodify(file, ":p:h") })
vim.lsp.buf_attach_client(0, client)
vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, found in ipairs(vim.diagnostic.get(0)) do
  io.stdout:write(string.format("%d:%d %s %s\\n", found.lnum + 1, found.col + 1, tostring(found.code), found.message))
end
local params = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 0, character = 1 } }
local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", params, 30000)
for _, answer in pairs(answers or {}) do io.stdout:write(answer.result.contents.value, "\\n") end
vim.cmd("qall!")
`;

test("Neovim shows the diagnostics and the hovers of `pretrain lsp --stdio`", { timeout: 300_000 }, (context) => {
  const why = withoutNeovim();
  if (why) {
    console.warn(`skipped: ${why}`);
    context.skip(why);
  }
  const folder = mkdtempSync(join(tmpdir(), "pretrain-neovim-"));
  try {
    writeFileSync(join(folder, "a.pretrain"), "model small {\n  layrs: 4\n}\n");
    writeFileSync(join(folder, "session.lua"), script);
    const { stdout, stderr } = spawnSync(
      "nvim",
      ["--headless", "--clean", join(folder, "a.pretrain"), "-c", `luafile ${join(folder, "session.lua")}`],
      {
        cwd: folder,
        encoding: "utf8",
        timeout: 120_000,
        env: { ...process.env, HOME: folder, XDG_STATE_HOME: folder, PRETRAIN_NODE: process.execPath, PRETRAIN_COMMAND: command },
      },
    );
    expect(stdout, stderr).toContain("2:3 unknown-key model has no key layrs. Did you mean layers?");
    expect(stdout).toContain("Architecture and size of a Transformer.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Installs Neovim where that is possible; else says why there is none. */
function withoutNeovim(): string | undefined {
  if (isThere("nvim")) return undefined;
  if (process.getuid?.() !== 0 || !isThere("apt-get")) return "there is no Neovim here, and no way to install it";
  try {
    execFileSync("apt-get", ["install", "-y", "--no-install-recommends", "neovim"], { stdio: "ignore", timeout: 240_000 });
  } catch {
    return "Neovim cannot be installed here";
  }
  return isThere("nvim") ? undefined : "Neovim cannot be installed here";
}

function isThere(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}
