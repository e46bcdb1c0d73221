import { configuredModel } from "#runtime/contract/model-choices.ts";
import type { ResolvedModel } from "#runtime/contract/plan.ts";
import { shown } from "#runtime/contract/shown.ts";
import { CheckpointError, type Config, configOf } from "./config.ts";
import type { Family, FamilyHead } from "./family.ts";
import { families } from "./family-table.ts";

/** The description of a checkpoint by its config.json. */
export interface Described {
  family: Family;
  model: ResolvedModel;
  config: Config;
  /** The class in `architectures`; undefined if there is none. */
  className: string | undefined;
  /** Undefined for a model without a head, or with one that is not supported. */
  head: FamilyHead | undefined;
}

/**
 * Reads the description of a checkpoint.
 * @param values settings of config.json
 * @param where path of the file, for messages
 * @param has whether the checkpoint has a tensor
 */
export function describedBy(values: Readonly<Record<string, unknown>>, where: string, has: (tensor: string) => boolean): Described {
  const config = configOf(values, where);
  const type = config.text("model_type", "");
  if (!Object.hasOwn(families, type)) {
    const known = Object.values(families).map((family) => `${family.title} (${family.type})`);
    throw new CheckpointError(
      `${where}: model_type is ${type === "" ? "missing" : shown(type)}; ${known.join(", ")} are supported. Use a checkpoint of one of these families`,
    );
  }
  const family = families[type as keyof typeof families];
  const { architectures } = values as { architectures?: unknown };
  const [className] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  const named = typeof className === "string" ? className : undefined;
  return {
    family,
    model: configuredModel(family.read(config, has)),
    config,
    className: named,
    head: named !== undefined && Object.hasOwn(family.heads, named) ? family.heads[named] : undefined,
  };
}
