/**
 * The inference worker, with a GPU that counts what is asked of it, and that goes wrong when told so.
 *
 * @module
 */

/** What the worker tells of its GPU: how often it was read, and sent pictures, so far. */
export interface GpuCounts {
  readonly reads: number;
  /** How many bytes were read. */
  readonly readBytes: number;
  readonly uploads: number;
}

const channel = new BroadcastChannel("watched GPU");
const counts = { reads: 0, readBytes: 0, uploads: 0 };
let device: GPUDevice | undefined;

const { mapAsync } = GPUBuffer.prototype;
GPUBuffer.prototype.mapAsync = function (...args) {
  counts.reads++;
  counts.readBytes += args[2] ?? this.size;
  return mapAsync.apply(this, args);
};

const { writeBuffer } = GPUQueue.prototype;
GPUQueue.prototype.writeBuffer = function (...args) {
  const [, , data] = args;
  // The runtime's own memory is shared too, but it never sends all of it.
  const isShared = ArrayBuffer.isView(data) &&
    (data.buffer as unknown) instanceof SharedArrayBuffer;
  if (isShared && data.byteLength === data.buffer.byteLength) counts.uploads++;
  return writeBuffer.apply(this, args);
};

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  device = await requestDevice.call(this, descriptor);
  return device;
};

channel.onmessage = ({ data }) => {
  if (data === "count") channel.postMessage({ ...counts });
  if (data === "spoil") device?.createBuffer({ size: 4, usage: 0 });
  if (data === "fill") {
    const error = new GPUOutOfMemoryError("no room for a buffer");
    device?.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
  }
};

await import("../models/inference/worker.ts");
