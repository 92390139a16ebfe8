/**
 * Darknet networks of noise, the same as `tests/reference/darknet_opencv.py` makes.
 *
 * @module
 */

import { readArchitecture } from "../models/darknet/network.ts";

/** The `index`-th number of a noise from -1 to 1: the finaliser of MurmurHash3 over a count. */
export function noiseAt(index: number): number {
  let x = Math.imul(index, 0x9E3779B1);
  x = Math.imul(x ^ (x >>> 16), 0x85EBCA6B);
  x = Math.imul(x ^ (x >>> 13), 0xC2B2AE35);
  return ((x ^ (x >>> 16)) >>> 8) / 2 ** 23 - 1;
}

/** From where to where noise reaches. */
interface Reach {
  readonly middle: number;
  readonly reach: number;
}

/** The `.weights` file of noise for a cfg, scaled so that activations stay finite. */
export function madeWeights(cfg: string): Uint8Array<ArrayBuffer> {
  const lists: Float32Array<ArrayBuffer>[] = [];
  let start = 0;
  function add(count: number, { middle, reach }: Reach): void {
    const list = new Float32Array(count);
    for (let i = 0; i < count; i++) list[i] = middle + reach * noiseAt(start + i);
    lists.push(list);
    start += count;
  }
  for (const layer of readArchitecture(cfg).layers) {
    if (layer.kind !== "convolutional") continue;
    const fanIn = layer.channelsPerGroup * layer.size * layer.size;
    add(layer.filters, { middle: 0, reach: 0.1 });
    if (layer.hasBatchNorm) {
      add(layer.filters, { middle: 0.8, reach: 0.1 });
      add(layer.filters, { middle: 0, reach: 0.1 });
      add(layer.filters, { middle: 1, reach: 0.5 });
    }
    add(layer.filters * fanIn, { middle: 0, reach: Math.sqrt(6 / fanIn) });
  }
  const head = new Uint8Array(Int32Array.of(0, 2, 0, 0, 0).buffer);
  const bytes = new Uint8Array(head.length + 4 * start);
  bytes.set(head);
  let end = head.length;
  for (const list of lists) {
    bytes.set(new Uint8Array(list.buffer), end);
    end += list.byteLength;
  }
  return bytes;
}
