/** Writes the engine settings of package.json from the catalogue. */
import { readFileSync, writeFileSync } from "node:fs";
import { engineEntry, engineNames } from "#runtime/contract/catalogue/engines.ts";
import { engineOptionKeys } from "#runtime/contract/engine-options.ts";

type Setting = Record<string, unknown>;

/** The settings by name, in the order of the settings page. */
export function engineSettings(): Record<string, Setting> {
  const engine: Setting = {
    type: "string",
    enum: ["auto", ...engineNames],
    enumDescriptions: ["The fastest available engine.", ...engineNames.map(descriptionOf)],
    default: "auto",
    scope: "machine-overridable",
    description: "The engine that executes runs started in VS Code.",
  };
  const options = engineOptionKeys.map(({ engine: name, key }) => [
    `pretrain.${name}.${key.name}`,
    { type: [typeOf(key.value.type), "null"], default: null, scope: "machine-overridable", description: `With ${name}: ${key.help}` },
  ]);
  return { "pretrain.engine": engine, ...Object.fromEntries(options) };
}

function descriptionOf(name: (typeof engineNames)[number]): string {
  const { help, install } = engineEntry(name);
  return install ? `${help} The command Install Engine installs it.` : help;
}

/** The type in terms of JSON Schema. */
function typeOf(type: string): string {
  if (type === "boolean") return "boolean";
  return type === "choice" ? "string" : "number";
}

if (import.meta.main) {
  const file = new URL("../package.json", import.meta.url);
  const document = JSON.parse(readFileSync(file, "utf8")) as { contributes: { configuration: { properties: Record<string, Setting> } } };
  const { configuration } = document.contributes;
  const ofEngines = (name: string) => engineNames.some((engine) => name === "pretrain.engine" || name.startsWith(`pretrain.${engine}.`));
  const others = Object.entries(configuration.properties).filter(([name]) => !ofEngines(name));
  configuration.properties = { ...engineSettings(), ...Object.fromEntries(others) };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
}
