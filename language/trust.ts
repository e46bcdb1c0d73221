/** What to say of a path that leads out of a workspace that is not trusted. */
export function notTrusted(path: string): string {
  return `${path} lies outside of the workspace's folders, where nothing is read in Restricted Mode. Trust the workspace to have it checked.`;
}
