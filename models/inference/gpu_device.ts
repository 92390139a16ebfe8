/**
 * The limits that the inference runtime's shaders make use of. A device has only the least values
 * of the WebGPU standard (section 3.6.2) unless it is asked for more.
 */
const RAISED_LIMITS = [
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/**
 * Opens a GPU with all that the inference runtime can use of it.
 *
 * @param adapter The GPU.
 * @returns The device.
 */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredFeatures: GPUFeatureName[] = adapter.features.has("shader-f16")
    ? ["shader-f16"]
    : [];
  const requiredLimits = Object.fromEntries(
    RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit]]),
  );
  return adapter.requestDevice({ requiredFeatures, requiredLimits });
}

/**
 * Tells when a GPU is of no use any more: when it went away, lacked memory, or complained of something
 * that nobody caught, after which what comes out of it is wrong.
 *
 * @param device The GPU.
 * @param onLoss Is told what happened, once or more.
 */
export function watchDevice(
  device: GPUDevice,
  onLoss: (message: string, isOutOfMemory: boolean) => void,
): void {
  device.lost.then(({ reason, message }) => onLoss(message || reason, false));
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault(); // Else it is printed.
    const { error } = event as GPUUncapturedErrorEvent;
    onLoss(error.message, error instanceof GPUOutOfMemoryError);
  });
}
