/** Colours of the window's theme for charts, which draw on a canvas without access to CSS variables. */
export interface Theme {
  foreground: string;
  muted: string;
  lines: string;
  background: string;
  font: string;
  /** Colours of series in order, repeated from the start after the last. */
  series: readonly string[];
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const foreground = read("--vscode-editor-foreground", "#888888");
  return {
    foreground,
    muted: read("--vscode-descriptionForeground", foreground),
    lines: read("--vscode-charts-lines", read("--vscode-panel-border", foreground)),
    background: read("--vscode-editor-background", "transparent"),
    // a saved SVG contains the name in an attribute, unescaped
    font: read("--vscode-font-family", "sans-serif").replaceAll('"', "'"),
    series: [
      read("--vscode-charts-blue", "#3794ff"),
      read("--vscode-charts-orange", "#d18616"),
      read("--vscode-charts-green", "#89d185"),
      read("--vscode-charts-purple", "#b180d7"),
      read("--vscode-charts-red", "#f14c4c"),
      read("--vscode-charts-yellow", "#cca700"),
      read("--vscode-terminal-ansiCyan", "#29b8db"),
      read("--vscode-terminal-ansiMagenta", "#d670d6"),
    ].map(opaque),
  };
}

/** Removes transparency: some themes use the translucent colour of a highlight for a series. */
function opaque(colour: string): string {
  return colour.replace(/^(#[0-9a-f]{6})[0-9a-f]{2}$/i, "$1").replace(/^rgba\((.*),[^,]*\)$/, "rgb($1)");
}

/** Calls the listener when the user changes the theme. */
export function onThemeChange(listener: () => void): void {
  new MutationObserver(listener).observe(document.body, { attributes: true, attributeFilter: ["class", "data-vscode-theme-id"] });
}

/** The colour of a name; the same in all charts of a page. */
export function colourOf(names: readonly string[], name: string, theme: Theme): string {
  return theme.series[Math.max(0, names.indexOf(name)) % theme.series.length]!;
}

/** Symbols used in addition to colours, so that series can be told apart without them. */
export const symbols = ["circle", "rect", "triangle", "diamond", "roundRect", "arrow"] as const;
