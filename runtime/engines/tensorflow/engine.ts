import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Arrays, Program, TensorSpec } from "../../trace/function.ts";
import { sizeOf } from "../../trace/graph.ts";
import type { Engine, Session } from "../engine.ts";
import { type Host, startHost } from "./host.ts";
import { type Installation, installed } from "./installation.ts";
import { lower } from "./lower.ts";
import type { Feed } from "./messages.ts";
import type { Protobuf } from "./protobuf.ts";

export interface TensorflowOptions {
  /** Of one operator, and of operators side by side. */
  threads: number;
  /** XLA compiles the graph; left out: what is on a GPU. */
  xla?: boolean | undefined;
}

/** What this process loaded: the library reads its settings once. */
let loaded: { host: Host; threads: number; xla: boolean | undefined } | undefined;

/** All functions of a program as one TensorFlow graph in the session of @tensorflow/tfjs-node-gpu, state in variables on the device. */
export async function tensorflowEngine({ threads, xla }: TensorflowOptions): Promise<Engine> {
  const installation = installed();
  loaded ??= { host: load(installation, threads, xla), threads, xla };
  const { host, ...used } = loaded;
  const { version, gpu } = await host.ask("describe", {}).catch((error) => {
    loaded = undefined;
    throw error;
  });
  return {
    name: "tensorflow",
    async describe() {
      return {
        engine: "tensorflow",
        version: `TensorFlow ${version}`,
        device: gpu ? "gpu" : "cpu",
        threads: used.threads,
        xla: used.xla ?? gpu,
      };
    },
    open: (program) => openSession(host, program, installation),
  };
}

function load({ versions, ...modules }: Installation, threads: number, xla?: boolean): Host {
  // whatever is set: a process that loaded the library with other threads hands its environment on to the processes that it starts
  process.env.TF_NUM_INTRAOP_THREADS = process.env.TF_NUM_INTEROP_THREADS = String(threads);
  const settings: Record<string, string> = {
    // errors only
    TF_CPP_MIN_LOG_LEVEL: "2",
    // of a GPU's memory, what is needed
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
  };
  // level 2 compiles wherever it can; nodes on the processor only when told so
  if (xla ?? versions.gpu) settings.TF_XLA_FLAGS = `--tf_xla_auto_jit=2${xla ? " --tf_xla_cpu_global_jit" : ""}`;
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  return startHost(modules);
}

async function openSession(host: Host, program: Program, { protobuf }: Installation): Promise<Session> {
  const lowered = lower(program, createRequire(import.meta.url)(protobuf) as Protobuf);
  const folder = mkdtempSync(join(tmpdir(), "pretrain-graph-"));
  let model: number;
  try {
    writeFileSync(join(folder, "saved_model.pb"), lowered.model);
    model = await host.ask("load", { folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const specs = new Map(program.state.map((spec) => [spec.name, spec]));
  const functions = new Map(program.functions.map((fn) => [fn.name, fn]));
  const feedOf = (tensor: string, { name, shape, dtype }: TensorSpec, data: Feed["data"] | undefined): Feed => {
    if (data?.length !== sizeOf(shape)) throw new Error(`${name} takes ${sizeOf(shape)} values, not ${data?.length}`);
    // a message takes the whole memory behind an array with it
    const alone = data.byteLength === data.buffer.byteLength ? data : data.slice();
    return { tensor, shape, dtype, data: alone };
  };
  const entry = (name: string) => {
    const [spec, tensors] = [specs.get(name), lowered.state[name]];
    if (!spec || !tensors) throw new Error(`the program has no state ${name}`);
    return { spec, tensors };
  };
  return {
    async write(values) {
      const entries = Object.entries(values).map(([name, value]) => ({ ...entry(name), value }));
      if (entries.length === 0) return;
      await host.ask("run", {
        model,
        feeds: entries.map(({ spec, tensors, value }) => feedOf(tensors.value, spec, value)),
        fetches: entries.map(({ tensors }) => tensors.written),
      });
    },
    async read(names) {
      if (names.length === 0) return {};
      const values = await host.ask("run", { model, feeds: [], fetches: names.map((name) => entry(name).tensors.read) });
      return Object.fromEntries(names.map((name, i) => [name, values[i] as Float32Array]));
    },
    async call(name, inputs) {
      const [fn, tensors] = [functions.get(name), lowered.functions[name]];
      if (!fn || !tensors) throw new Error(`the program has no function ${name}`);
      const feeds = fn.inputs.flatMap((spec) => {
        const tensor = tensors.inputs[spec.name];
        return tensor === undefined ? [] : [feedOf(tensor, spec, inputs[spec.name])];
      });
      const outputs = Object.entries(tensors.outputs);
      const values = await host.ask("run", { model, feeds, fetches: outputs.map(([, tensor]) => tensor) });
      return Object.fromEntries(outputs.map(([output], i) => [output, values[i]!])) satisfies Arrays;
    },
    async close() {
      await host.ask("unload", { model });
    },
  };
}
