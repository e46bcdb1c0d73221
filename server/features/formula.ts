/** Converts a TeX formula of the catalogue to text: `L = −1/N ∑ⱼ log p(wⱼ | w_{<j}; θ)`. */
export function formulaText(tex: string): string {
  return outside(unfraction(tex.replaceAll("\\left", "").replaceAll("\\right", "")))
    .replace(/\s+/g, " ")
    .trim();
}

const symbols: Readonly<Record<string, string>> = {
  theta: "θ",
  lambda: "λ",
  eta: "η",
  epsilon: "ε",
  alpha: "α",
  sum: "∑",
  log: "log ",
  exp: "exp",
  mid: "|",
  in: " ∈ ",
  sim: " ∼ ",
  le: "≤",
  quad: "  ",
};

/** Combining characters for accents above a letter. */
const accents: Readonly<Record<string, string>> = { hat: "\u0302", tilde: "\u0303" };

const subscripts: Readonly<Record<string, string>> = { i: "ᵢ", j: "ⱼ", p: "ₚ", n: "ₙ", t: "ₜ", "0": "₀", "1": "₁", "2": "₂" };

/** `\frac{a}{b}` → `a/b`, with parentheses around operands of several parts. */
function unfraction(tex: string): string {
  const start = tex.indexOf("\\frac");
  if (start < 0) return tex;
  const above = group(tex, start + "\\frac".length);
  const below = group(tex, above.end);
  return `${tex.slice(0, start)}${operand(above.text)}/${operand(below.text)} ${unfraction(tex.slice(below.end))}`;
}

function operand(tex: string): string {
  const text = unfraction(tex);
  return /[\s+-]/.test(outside(text).trim()) ? `(${text})` : text;
}

/** The group in braces that begins at or after an offset. */
function group(tex: string, from: number): { text: string; end: number } {
  const open = tex.indexOf("{", from);
  let depth = 0;
  for (let at = open; at < tex.length; at++) {
    if (tex[at] === "{") depth++;
    if (tex[at] === "}" && --depth === 0) return { text: tex.slice(open + 1, at), end: at + 1 };
  }
  return { text: tex.slice(open + 1), end: tex.length };
}

/** Replaces commands by symbols, and sub- and superscripts by characters if such exist. */
function outside(tex: string): string {
  return tex
    .replace(/\\text\{([^}]*)\}/g, "$1")
    .replace(/\\sqrt\{((?:[^{}]|\{[^}]*\})*)\}/g, "√$1")
    .replace(/\\(hat|tilde)\{([^}]*)\}/g, (_, accent: string, letter: string) => `${letter}${accents[accent]}`)
    .replace(/\\([a-zA-Z]+)/g, (_, name: string) => symbols[name] ?? name)
    .replace(/\\,/g, " ")
    .replace(/_(?:\{(\w)\}|(\w))/g, (_, braced: string | undefined, bare: string | undefined) => {
      const letter = braced ?? bare ?? "";
      return subscripts[letter] ?? `_${letter}`;
    })
    .replace(/_\{(\w+)\}/g, "_$1")
    .replace(/-/g, "−");
}
