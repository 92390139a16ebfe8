import type { InputSpec } from "../pipeline/detector.ts";

/**
 * What a made network takes: planes of red, green and blue as they are, letterboxed on black.
 *
 * @param width How wide it is, in pixels.
 * @param height How high it is.
 * @param more What is otherwise.
 */
export function inputOf(
  width: number,
  height: number,
  more: Partial<InputSpec> = {},
): InputSpec {
  return {
    width,
    height,
    layout: "nchw",
    channels: "rgb",
    resize: "letterbox",
    border: [0, 0, 0],
    mean: [0, 0, 0],
    std: [1, 1, 1],
    ...more,
  };
}
