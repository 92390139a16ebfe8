/**
 * The worker that runs networks, with a GPU that counts how often it was read.
 *
 * @module
 */

const channel = new BroadcastChannel("reads of the GPU");
let reads = 0;

const { mapAsync } = GPUBuffer.prototype;
GPUBuffer.prototype.mapAsync = function (...args) {
  reads++;
  return mapAsync.apply(this, args);
};
channel.onmessage = () => channel.postMessage(reads);

await import("../../../models/inference/worker.ts");
