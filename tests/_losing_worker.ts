/**
 * The inference worker, on a GPU that goes away when the channel of that name says so.
 *
 * @module
 */

const requestDevice = GPUAdapter.prototype.requestDevice;
const devices: GPUDevice[] = [];

GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};

const channel = new BroadcastChannel("lose the GPU");
channel.onmessage = () => devices.forEach((device) => device.destroy());

await import("../models/inference/worker.ts");
