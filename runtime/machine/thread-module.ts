/**
 * Where a thread's module is: beside the one that starts it among the sources, above the parts of a bundle.
 * `from`: `import.meta.url` of the module that starts it; `name`: the thread's, without an ending.
 */
export function threadModule(from: string, name: string): URL {
  return new URL(from.endsWith(".ts") ? `./${name}.ts` : `../${name}.js`, from);
}
