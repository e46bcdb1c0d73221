/** A stretch of tokens: the first, the last, and what it is. */
export interface Entity {
  first: number;
  last: number;
  type: string;
}

/**
 * How tags become entities. `default`: as in CoNLL's script, a stray `I-` begins an entity. `strict`: IOB2 to the letter, an entity
 * begins with `B-` and goes on with `I-` of its type; any other `I-` is nothing.
 * @see Ramshaw and Marcus 1995, Text Chunking using Transformation-Based Learning; Tjong Kim Sang and Veenstra 1999 for IOB2
 */
export type EntityScheme = "default" | "strict";

/**
 * The entities of one sentence's tags, such as `B-PER I-PER O`. Where `default` it also reads the schemes that mark the last word and
 * one alone: with `E-` and `S-` (BIOES), with `L-` and `U-` (BILOU), and with `M-` for words between (BMES, BMEWO).
 */
export function entitiesOf(tags: readonly string[], scheme: EntityScheme = "default"): Entity[] {
  const entities: Entity[] = [];
  let open: Entity | null = null;
  let before = outside;
  tags.forEach((tag, i) => {
    const now = parted(tag);
    const goesOn: boolean = open !== null && continues(before, now, scheme);
    if (goesOn) open!.last = i;
    else {
      if (open) entities.push(open);
      open = begins(now, scheme) ? { first: i, last: i, type: now.type } : null;
    }
    before = now;
  });
  return open ? [...entities, open] : entities;
}

interface Parted {
  prefix: string;
  type: string;
}

const outside: Parted = { prefix: "O", type: "" };

/** Letters of other schemes by those of BIOES. */
const sameAs: ReadonlyMap<string, string> = new Map([
  ["L", "E"],
  ["U", "S"],
  ["M", "I"],
  ["W", "S"],
]);

/** `B-LOC` is B and LOC; `B` alone has no type. */
function parted(tag: string): Parted {
  const letter = tag.slice(0, 1);
  return { prefix: sameAs.get(letter) ?? letter, type: tag.slice(1).replace(/^[^-]*-/u, "") };
}

/** Whether these mark entities, in one of the schemes that `entitiesOf` reads. */
export function areEntityTags(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "O" || /^[BIESLUMW](-|$)/u.test(tag));
}

function begins({ prefix }: Parted, scheme: EntityScheme): boolean {
  return scheme === "strict" ? prefix === "B" : prefix !== "O" && prefix !== ".";
}

/** Whether a token belongs to the entity of the token before it. */
function continues(before: Parted, now: Parted, scheme: EntityScheme): boolean {
  if (now.type !== before.type) return false;
  if (scheme === "strict") return now.prefix === "I";
  return (now.prefix === "I" || now.prefix === "E") && (before.prefix === "B" || before.prefix === "I");
}
