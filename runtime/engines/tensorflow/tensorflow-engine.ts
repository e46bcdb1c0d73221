import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sizeOf } from "#runtime/contract/shape.ts";
import type { Arrays, Program, TensorSpec } from "#runtime/trace/function.ts";
import type { Engine, EngineSession } from "../engine.ts";
import { type Installation, installed } from "./installation.ts";
import { type Host, startHost } from "./library-thread.ts";
import { lowerToTensorflow } from "./lower-to-tensorflow.ts";
import { packed } from "./packed.ts";
import type { Protobuf } from "./protobuf.ts";
import type { Feed } from "./thread-messages.ts";

export interface TensorflowOptions {
  /** Number of threads for parallel operators. */
  threads: number;
  /** Number of threads of a single operator. */
  operatorThreads: number;
  /** Whether XLA compiles the graph; absent: only on a GPU. */
  xla?: boolean | undefined;
}

/** Number of the last call that was defined in the host. */
let lastCall = 0;

/** The library that this process loaded, with its settings, which it reads only once. */
let loaded: (TensorflowOptions & { host: Host }) | undefined;

/** An engine that runs all functions of a program as one TensorFlow graph in @tensorflow/tfjs-node-gpu, with the state in variables. */
export async function tensorflowEngine(options: TensorflowOptions): Promise<Engine> {
  const installation = installed();
  loaded ??= { host: load(installation, options), ...options };
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
        options: { xla: used.xla ?? gpu },
      };
    },
    open(program) {
      // small operators use one thread each; independent operators run on the others
      const groups = used.operatorThreads < used.threads && !gpu ? used.threads : 1;
      return openSession(host, groups > 1 && program.inGroups ? program.inGroups(groups) : program, installation);
    },
  };
}

function load({ versions, ...modules }: Installation, { threads, operatorThreads, xla }: TensorflowOptions): Host {
  // set in any case, since a process that loaded the library with other threads passes its environment on to its child processes
  process.env.TF_NUM_INTRAOP_THREADS = String(operatorThreads);
  process.env.TF_NUM_INTEROP_THREADS = String(threads);
  const settings: Record<string, string> = {
    // log only errors
    TF_CPP_MIN_LOG_LEVEL: "2",
    // use only as much memory of a GPU as needed
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
  };
  // level 2 compiles wherever possible; nodes on the processor only if requested
  if (xla ?? versions.gpu) settings.TF_XLA_FLAGS = `--tf_xla_auto_jit=2${xla ? " --tf_xla_cpu_global_jit" : ""}`;
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  return startHost(modules);
}

async function openSession(host: Host, program: Program, { protobuf }: Installation): Promise<EngineSession> {
  const lowered = lowerToTensorflow(program, createRequire(import.meta.url)(protobuf) as Protobuf);
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
  const calls = new Map<string, number>();
  /** Runs the graph. `feeds`: tensors with their values. */
  const run = (feeds: readonly { tensor: string; spec: TensorSpec; value: Arrays[string] | undefined }[], fetches: readonly string[]) => {
    const values = feeds.map(({ spec: { name, shape }, value }) => {
      if (value?.length !== sizeOf(shape)) throw new Error(`${name} takes ${sizeOf(shape)} values, not ${value?.length}`);
      return value;
    });
    const key = `${feeds.map(({ tensor }) => tensor)} ${fetches}`;
    let call = calls.get(key);
    if (call === undefined) {
      call = lastCall++;
      calls.set(key, call);
      const shapes = feeds.map(({ tensor, spec: { shape, dtype } }): Feed => ({ tensor, shape, dtype }));
      // reported before the following run, which fails for the same reason
      host.ask("define", { call, model, feeds: shapes, fetches }).catch(() => {});
    }
    const memory = packed(values);
    return host.ask("run", { call, packed: memory }, [memory]);
  };
  const entry = (name: string) => {
    const [spec, tensors] = [specs.get(name), lowered.state[name]];
    if (!spec || !tensors) throw new Error(`the program has no state ${name}`);
    return { spec, tensors };
  };
  return {
    queues: true,
    async write(values) {
      const entries = Object.entries(values).map(([name, value]) => ({ ...entry(name), value }));
      if (entries.length === 0) return;
      await run(
        entries.map(({ spec, tensors, value }) => ({ tensor: tensors.value, spec, value })),
        entries.map(({ tensors }) => tensors.written),
      );
    },
    async read(names) {
      if (names.length === 0) return {};
      const values = await run(
        [],
        names.map((name) => entry(name).tensors.read),
      );
      return Object.fromEntries(names.map((name, i) => [name, values[i] as Float32Array]));
    },
    async call(name, inputs) {
      const [fn, tensors] = [functions.get(name), lowered.functions[name]];
      if (!fn || !tensors) throw new Error(`the program has no function ${name}`);
      const feeds = fn.inputs.flatMap((spec) => {
        const tensor = tensors.inputs[spec.name];
        return tensor === undefined ? [] : [{ tensor, spec, value: inputs[spec.name] }];
      });
      const outputs = Object.entries(tensors.outputs);
      const values = await run(
        feeds,
        outputs.map(([, tensor]) => tensor),
      );
      return Object.fromEntries(outputs.map(([output], i) => [output, values[i]!])) satisfies Arrays;
    },
    async close() {
      await host.ask("unload", { model });
    },
  };
}
