/** What cannot be had from the hub or another place on the network, and why. */
export class HubError extends Error {}

/** HF_HUB_OFFLINE forbids to download. */
export function isOffline({ HF_HUB_OFFLINE }: NodeJS.ProcessEnv): boolean {
  return /^(1|on|yes|true)$/i.test(HF_HUB_OFFLINE ?? "");
}
