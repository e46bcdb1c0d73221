/** Thrown if something cannot be downloaded from the hub or another place on the network; the message says why. */
export class HubError extends Error {}

/** Whether HF_HUB_OFFLINE forbids downloads. */
export function isOffline({ HF_HUB_OFFLINE }: NodeJS.ProcessEnv): boolean {
  return /^(1|on|yes|true)$/i.test(HF_HUB_OFFLINE ?? "");
}
