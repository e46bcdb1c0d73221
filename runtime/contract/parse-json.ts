/** Brackets within brackets, far beyond those of any data. To read a million takes half a second, each time. */
const mostDepth = 200_000;

/** As `JSON.parse`, for what comes from outside: nesting beyond all measure is an error of the syntax too. */
export function parseJson(text: string): unknown {
  const position = placeTooDeep(text);
  if (position !== undefined) throw new SyntaxError(`brackets lie more than ${mostDepth} deep in each other at position ${position}`);
  return JSON.parse(text);
}

function placeTooDeep(text: string): number | undefined {
  if (text.length <= mostDepth || !hasMany(text)) return undefined;
  let depth = 0;
  // strings as wholes: brackets can stand in one
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/gsu)) {
    if (token === "}" || token === "]") depth--;
    else if ((token === "{" || token === "[") && ++depth > mostDepth) return index;
  }
  return undefined;
}

/** Whether there are so many brackets at all: most rows have a few, and long texts. */
function hasMany(text: string): boolean {
  let left = mostDepth;
  for (const sign of ["[", "{"]) for (let at = text.indexOf(sign); at >= 0 && left > 0; at = text.indexOf(sign, at + 1)) left--;
  return left <= 0;
}
