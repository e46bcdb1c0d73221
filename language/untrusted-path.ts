/** The message for a path outside an untrusted workspace. */
export function notTrusted(path: string): string {
  return `${path} is outside the workspace's folders and is not read in Restricted Mode. Trust the workspace to have it checked.`;
}
