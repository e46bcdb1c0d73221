/**
 * The location of a thread's module: in the sources, next to the module that starts it; in a bundle, above its parts.
 * `from`: `import.meta.url` of the module that starts it; `name`: name of the thread's module, without extension.
 */
export function threadModule(from: string, name: string): URL {
  return new URL(from.endsWith(".ts") ? `./${name}.ts` : `../${name}.js`, from);
}
