/**
 * `node tools/licences.ts` lists the licence of every package that users of Pretrain install, and reports known vulnerabilities. Exits with
 * 1 if a licence is incompatible with MIT, or if there are vulnerabilities.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Licensed {
  name: string;
  version: string;
  licence: string;
}

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  link?: boolean;
}

const root = join(import.meta.dirname, "..");

/** Production dependencies with their own dependencies, from the lock file. */
export function productionLicences(): Licensed[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Record<string, Locked> };
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path !== "" && !dev && !link)
    .map(([path, { version = "", license }]) => ({
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      licence: license ?? licenceIn(join(root, path, "package.json")),
    }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** Whether a licence expression is compatible with MIT: in `(MIT OR GPL-2.0)` one choice must be, in `MIT AND ISC` all. */
export function goesWithMit(licence: string): boolean {
  const bare = licence.replaceAll(/[()]/g, "");
  return bare.split(" OR ").some((choice) => choice.split(" AND ").every((each) => permissive.has(each.trim())));
}

const permissive = new Set([
  "MIT",
  "MIT-0",
  "ISC",
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "BSL-1.0",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "Unlicense",
  "Zlib",
  "Python-2.0",
]);

function licenceIn(path: string): string {
  try {
    return (JSON.parse(readFileSync(path, "utf8")) as { license?: string }).license ?? "none";
  } catch {
    return "none";
  }
}

/** The number of known vulnerabilities; null if no registry answers. */
function audit(): number | null {
  const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { cwd: root, encoding: "utf8", timeout: 60_000 });
  try {
    const { metadata } = JSON.parse(stdout) as { metadata?: { vulnerabilities?: { total?: number } } };
    return metadata?.vulnerabilities?.total ?? null;
  } catch {
    return null;
  }
}

if (import.meta.main) {
  const all = productionLicences();
  for (const { name, version, licence } of all) console.log(`${licence}\t${name} ${version}`);
  const refused = all.filter(({ licence }) => !goesWithMit(licence));
  for (const { name, licence } of refused) console.error(`${name} has the licence ${licence}, which is not compatible with MIT`);
  const known = audit();
  console.log(known === null ? "no registry answered to npm audit" : `npm audit: ${known} known vulnerabilities`);
  process.exitCode = refused.length > 0 || (known ?? 0) > 0 ? 1 : 0;
}
