/** A value of JSON in a message: not too long, however deep it is. */
export function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  } catch {
    return "nested too deeply to be shown";
  }
}
