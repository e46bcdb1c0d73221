/** Maximum nesting depth, far beyond that of any data. Parsing a million nested brackets takes half a second. */
const maxDepth = 200_000;

/** `JSON.parse` for untrusted input: excessive nesting is a SyntaxError too. */
export function parseJson(text: string): unknown {
  const position = placeTooDeep(text);
  if (position !== undefined) throw new SyntaxError(`brackets are nested more than ${maxDepth} deep at position ${position}`);
  return JSON.parse(text);
}

function placeTooDeep(text: string): number | undefined {
  if (text.length <= maxDepth || !hasMany(text)) return undefined;
  let depth = 0;
  // strings are matched as a whole, since they can contain brackets
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/gsu)) {
    if (token === "}" || token === "]") depth--;
    else if ((token === "{" || token === "[") && ++depth > maxDepth) return index;
  }
  return undefined;
}

/** Whether there are enough brackets to exceed the depth; most rows have only a few, and long texts. */
function hasMany(text: string): boolean {
  let left = maxDepth;
  for (const sign of ["[", "{"]) for (let at = text.indexOf(sign); at >= 0 && left > 0; at = text.indexOf(sign, at + 1)) left--;
  return left <= 0;
}
