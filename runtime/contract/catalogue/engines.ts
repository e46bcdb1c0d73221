import type { PretrainSpec } from "../spec.ts";
import type { Key } from "./types.ts";

/** An engine, which runs the programs of jobs: its capabilities and installation. Its code is an entry in `runtime/engines/engine-table.ts`. */
interface EngineEntry {
  name: string;
  /** Description in a list of engines. */
  help: string;
  /** Number formats of its matrix products. */
  precisions: readonly PretrainSpec["precision"][];
  /** Devices that it can compute on. */
  devices: readonly ("cpu" | "gpu")[];
  /** Options that only this engine has: numbers, choices and booleans. `xla` is `--xla` or `--no-xla` on the command line. */
  keys: readonly Key[];
  /** How it is installed; absent if it is part of every installation. */
  install?: EngineInstall;
  /** The reference implementation, which the other engines are tested against. It is slow: only the smallest models are measured on it. */
  reference?: true;
}

interface EngineInstall {
  /** Name for display. */
  title: string;
  /** The first is installed unless another is requested by the flag of its name: `--gpu`. */
  builds: readonly EngineBuild[];
}

/** A build of an engine that can be installed. */
interface EngineBuild {
  name: string;
  /** Name in a list of builds. */
  title: string;
  /** What is downloaded, and its size. */
  download: string;
  /** Help text of its command-line flag. */
  help: string;
}

/** All engines, from the fastest to the slowest. `auto` uses the first that is installed. */
export const engines = [
  {
    name: "tensorflow",
    help: "Graphs in TensorFlow, the fastest.",
    precisions: ["float32", "bfloat16"],
    devices: ["cpu", "gpu"],
    keys: [{ name: "xla", value: { type: "boolean" }, help: "XLA compiles the graphs. If omitted, only with a GPU." }],
    install: {
      title: "TensorFlow",
      builds: [
        { name: "processor", title: "for the processor", download: "about 250 MB", help: "the build for the processor" },
        {
          name: "gpu",
          title: "for NVIDIA's GPUs",
          download: "CUDA 12 and its libraries: about 4 GB",
          help: "the build for NVIDIA's GPUs (CUDA 12) with the libraries that it needs",
        },
      ],
    },
  },
  {
    name: "onnx",
    help: "Graphs in ONNX Runtime.",
    precisions: ["float32"],
    devices: ["cpu"],
    keys: [],
  },
  {
    name: "cpu",
    help: "The reference in plain JavaScript, slow.",
    precisions: ["float32"],
    devices: ["cpu"],
    keys: [],
    reference: true,
  },
] as const satisfies readonly EngineEntry[];

export type EngineName = (typeof engines)[number]["name"];
/** Names of engines that are installed separately. */
export type InstallableEngine = Extract<(typeof engines)[number], { install: EngineInstall }>["name"];

export const engineNames = engines.map(({ name }) => name);

/** The values of `--engine`: an engine by name, or the fastest that is installed. */
export const engineChoices = ["auto", ...engineNames] as const;
export type EngineChoice = (typeof engineChoices)[number];

export function engineEntry(name: EngineName): EngineEntry {
  return engines.find((engine) => engine.name === name)!;
}

export const installableEngines = engines.flatMap((engine) => ("install" in engine ? [engine] : []));

/** Names of the engines that support a precision. */
export function enginesWith(precision: PretrainSpec["precision"]): EngineName[] {
  return engines.flatMap(({ name, precisions }) => ((precisions as readonly string[]).includes(precision) ? [name] : []));
}

/** Why an engine cannot run a program with this precision, and what to do, without a full stop. */
export function refusedPrecision(precision: PretrainSpec["precision"], engine: EngineName): string {
  const able = enginesWith(precision);
  const installs = able.filter((name) => engineEntry(name).install).map((name) => `\`pretrain engines install ${name}\` gets`);
  const how = installs.length > 0 ? `, which ${installs.join(", ")}` : "";
  return `${precision} needs the engine ${able.join(" or ")}${how}; ${engine} computes in ${engineEntry(engine).precisions.join(" and ")}`;
}
