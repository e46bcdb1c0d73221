import type { EngineChoice } from "#runtime/contract/catalogue/engines.ts";
import { type EngineOptions, type EngineRequest, engineOptionKeys } from "#runtime/contract/engine-options.ts";

/** The engine chosen in the settings, with those of its options that are set. */
export function engineOfSettings(settings: { get<T>(name: string, byDefault: T): T }): Pick<EngineRequest, "engine" | "engineOptions"> {
  const engine = settings.get<EngineChoice>("engine", "auto");
  const engineOptions: EngineOptions = Object.fromEntries(
    engineOptionKeys
      .filter((each) => engine === "auto" || each.engine === engine)
      .map(({ engine: owner, key }) => [key.name, settings.get<unknown>(`${owner}.${key.name}`, null)])
      .filter(([, value]) => value !== null),
  );
  return { engine, engineOptions };
}
