import { lstatSync } from "node:fs";
import { basename, dirname } from "node:path";
import { JobFailure } from "#runtime/contract/job-context.ts";

/**
 * Refuses a path that leads through a link: a `.pretrain` folder may come from somebody else, and a link in it would make a run write
 * over files that lie elsewhere. From `.pretrain` on every part of the path is looked at. Throws `JobFailure`.
 */
export function refuseLinks(path: string): void {
  for (const part of withinStore(path)) {
    if (!lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
    throw new JobFailure(
      `${part} is a link, and nothing is written through links: what it leads to may be anything. Remove the link, or put the folder that it leads to in its place`,
    );
  }
}

/** The path and the folders above it, up to the `.pretrain` folder; nothing where it lies in none: that is the user's own place. */
function withinStore(path: string): string[] {
  const parts: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    parts.unshift(at);
    if (basename(at) === ".pretrain") return parts;
    if (dirname(at) === at) return [];
  }
}
