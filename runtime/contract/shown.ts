/** A JSON value for a message, truncated to 60 characters. */
export function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  } catch {
    return "nested too deeply to be shown";
  }
}
