import { formatCfg } from "../darknet/cfg.ts";
import type { DarknetNetwork } from "../darknet/network.ts";
import { writeWeights } from "../darknet/weights.ts";
import type { DarknetFiles } from "../importers/darknet.ts";

/**
 * Writes a network as the two files of Darknet: the inverse of `importDarknet`, but for the comments
 * in the cfg and the count of pictures seen, which is 0, so that training begins anew.
 *
 * All options of the cfg are kept, those for training too, so that the network can be trained on
 * where it was trained before.
 *
 * @param network The network.
 * @returns The files.
 */
export function exportDarknet(network: DarknetNetwork): DarknetFiles {
  return { cfg: formatCfg(network.sections), weights: writeWeights(network) };
}
