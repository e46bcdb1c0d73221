import { shown } from "#runtime/contract/shown.ts";
import type { Activation } from "#runtime/contract/spec.ts";

/** Thrown if a checkpoint cannot be used; the message says what was found, what was expected and what to do. */
export class CheckpointError extends Error {}

/** Typed access to config.json. Throws `CheckpointError` if a setting is missing or has the wrong type. */
export interface Config {
  count(name: string, fallback?: number): number;
  number(name: string, fallback?: number): number;
  flag(name: string, fallback: boolean): boolean;
  text(name: string, fallback?: string): string;
  has(name: string): boolean;
  object(name: string): Config | undefined;
  /** Throws if the setting differs from the only supported value. */
  only(name: string, value: string | boolean | number): void;
}

/** `where`: place of the settings, for messages. */
export function configOf(values: Readonly<Record<string, unknown>>, where: string): Config {
  const settingOf = (name: string) => values[name] ?? undefined;
  const typed = <T>(name: string, what: string, is: (value: unknown) => value is T, fallback?: T): T => {
    const value = settingOf(name) ?? fallback;
    if (is(value)) return value;
    const found = value === undefined ? "is missing" : `is ${shown(value)}`;
    throw new CheckpointError(`${where}: ${name} ${found}; ${what} is needed. Check that the folder contains the whole checkpoint`);
  };
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
  const isNumber = (value: unknown): value is number => Number.isFinite(value);
  return {
    count: (name, fallback) => typed(name, "a whole number above 0", isCount, fallback),
    number: (name, fallback) => typed(name, "a number", isNumber, fallback),
    flag: (name, fallback) => typed(name, "true or false", (value) => typeof value === "boolean", fallback),
    text: (name, fallback) => typed(name, "a text", (value) => typeof value === "string", fallback),
    has: (name) => settingOf(name) !== undefined,
    object(name) {
      const value = settingOf(name);
      return typeof value === "object" ? configOf(value as Record<string, unknown>, `${where}, ${name}`) : undefined;
    },
    only(name, value) {
      const found = settingOf(name);
      if (found === undefined || found === value) return;
      throw new CheckpointError(
        `${where}: ${name} is ${shown(found)}; only ${JSON.stringify(value)} is supported. Use a checkpoint without it`,
      );
    },
  };
}

const activations: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu_tanh",
  gelu_fast: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  relu: "relu",
};

/** The feed-forward layer's activation by Transformers' name. */
export function activationOf(config: Config, name: string, fallback: string): Activation {
  const found = config.text(name, fallback);
  const activation = activations[found];
  if (activation) return activation;
  throw new CheckpointError(`${name} is ${shown(found)}; ${Object.keys(activations).join(", ")} are supported`);
}

/** Transformers' name of an activation. */
export function activationName(activation: Activation): string {
  if (activation === "gelu_tanh") return "gelu_new";
  return activation;
}
