/** An entity: its first and last token, and its type. */
export interface Entity {
  first: number;
  last: number;
  type: string;
}

/**
 * How tags are read as entities. `default`: as in CoNLL's script, a stray `I-` begins an entity. `strict`: strictly as IOB2, an entity
 * begins with `B-` and continues with `I-` of its type; any other `I-` is ignored.
 * @see Ramshaw and Marcus 1995, Text Chunking using Transformation-Based Learning; Tjong Kim Sang and Veenstra 1999 for IOB2
 */
export type EntityScheme = "default" | "strict";

/**
 * The entities in the tags of a sentence, such as `B-PER I-PER O`. `default` also reads schemes that mark the last word and single words:
 * with `E-` and `S-` (BIOES), with `L-` and `U-` (BILOU), and with `M-` for words in between (BMES, BMEWO).
 */
export function entitiesOf(tags: readonly string[], scheme: EntityScheme = "default"): Entity[] {
  const entities: Entity[] = [];
  let open: Entity | null = null;
  let before = outside;
  tags.forEach((tag, i) => {
    const now = splitTag(tag);
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

interface TagParts {
  prefix: string;
  type: string;
}

const outside: TagParts = { prefix: "O", type: "" };

/** Prefixes of other schemes, with the equivalent ones of BIOES. */
const sameAs: ReadonlyMap<string, string> = new Map([
  ["L", "E"],
  ["U", "S"],
  ["M", "I"],
  ["W", "S"],
]);

/** Splits a tag into prefix and type: `B-LOC` is B and LOC; `B` alone has no type. */
function splitTag(tag: string): TagParts {
  const letter = tag.slice(0, 1);
  return { prefix: sameAs.get(letter) ?? letter, type: tag.slice(1).replace(/^[^-]*-/u, "") };
}

/** Whether these tags mark entities in one of the schemes that `entitiesOf` reads. */
export function areEntityTags(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "O" || /^[BIESLUMW](-|$)/u.test(tag));
}

function begins({ prefix }: TagParts, scheme: EntityScheme): boolean {
  return scheme === "strict" ? prefix === "B" : prefix !== "O" && prefix !== ".";
}

/** Whether a token belongs to the same entity as the token before it. */
function continues(before: TagParts, now: TagParts, scheme: EntityScheme): boolean {
  if (now.type !== before.type) return false;
  if (scheme === "strict") return now.prefix === "I";
  return (now.prefix === "I" || now.prefix === "E") && (before.prefix === "B" || before.prefix === "I");
}
