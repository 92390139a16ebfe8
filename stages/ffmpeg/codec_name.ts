const OTHER_NAMES: Readonly<Record<string, string>> = { avc: "h264", hevc: "h265" };

/**
 * What a codec is called here.
 *
 * @param codec A name of a codec, or of an encoder of ffmpeg's.
 * @returns The usual name where it has two, else the same.
 */
export function codecName(codec: string): string {
  return OTHER_NAMES[codec] ?? codec;
}
