import type { Rational, TimeBase } from "../../pipeline/time_base.ts";
import { NUT_FILE_ID, NUT_FLAGS, NUT_START_CODES, nutChecksum } from "./nut.ts";

/** The lowest bits of a time that are written where they suffice; ours are written in full. */
const MSB_PTS_SHIFT = 1;

/** The bytes of a whole number of variable length: seven bits a byte, highest first. */
function unsigned(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}

function bytesOf(value: bigint, byteLength: number): number[] {
  return Array.from(
    { length: byteLength },
    (_, i) => Number((value >> BigInt(8 * (byteLength - 1 - i))) & 0xffn),
  );
}

function packet(startCode: bigint, content: readonly number[]): number[] {
  const checksum = bytesOf(BigInt(nutChecksum(Uint8Array.from(content))), 4);
  return [...bytesOf(startCode, 8), ...unsigned(content.length + 4), ...content, ...checksum];
}

/** What is told of a stream of raw yuv420p pictures. */
export interface NutStream {
  readonly width: number;
  readonly height: number;
  readonly timeBase: TimeBase;
  /** The average rate in fps, by which encoders plan: the pictures keep their own times. */
  readonly frameRate?: Rational;
}

/** What a stream of raw yuv420p pictures begins with. */
export function nutHeader({ width, height, timeBase, frameRate }: NutStream): Uint8Array {
  const main = [
    ...unsigned(3), // The version.
    ...unsigned(1), // One stream.
    ...unsigned(65536), // The largest distance between syncpoints.
    ...unsigned(1), // One time base.
    ...unsigned(timeBase.num),
    ...unsigned(timeBase.den),
    ...frameCodeTable(),
    ...unsigned(0), // No elided headers.
  ];
  const stream = [
    ...unsigned(0), // The number of the stream.
    ...unsigned(0), // Video.
    ...text("I420"),
    ...unsigned(0), // The number of its time base.
    ...unsigned(MSB_PTS_SHIFT),
    ...unsigned(65536), // The largest distance between times.
    ...unsigned(0), // Pictures come in the order in which they are shown.
    ...unsigned(0), // No flags.
    ...unsigned(0), // No codec data.
    ...unsigned(width),
    ...unsigned(height),
    ...unsigned(1), // Pixels are square.
    ...unsigned(1),
    ...unsigned(0), // No colour space: ffmpeg is told by a filter.
  ];
  return Uint8Array.from([
    ...new TextEncoder().encode(NUT_FILE_ID),
    ...packet(NUT_START_CODES.main, main),
    ...packet(NUT_START_CODES.stream, stream),
    ...(frameRate ? packet(NUT_START_CODES.info, rateInfo(frameRate)) : []),
  ]);
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** Section "info packet" of the specification; the name is the one that ffmpeg uses. */
function rateInfo({ num, den }: Rational): number[] {
  return [
    ...unsigned(1), // Of stream 0.
    ...[0, 0, 0], // Of no chapter.
    ...unsigned(1), // One item.
    ...text("r_frame_rate"),
    2, // The number -1: text follows.
    ...text(`${num}/${den}`),
  ];
}

/** All frame codes mean the same: a key frame whose time, size and checksum follow. */
function frameCodeTable(): number[] {
  const { key, codedPts, sizeMsb, checksum } = NUT_FLAGS;
  return [
    ...unsigned(key | codedPts | sizeMsb | checksum),
    ...unsigned(6), // How many fields follow.
    ...unsigned(0), // The difference of times: 0, for they are coded.
    ...unsigned(1), // The size is multiplied by 1 …
    ...unsigned(0), // … of stream 0 …
    ...unsigned(0), // … and 0 added to it.
    ...unsigned(0), // No reserved fields.
    ...unsigned(255), // The run covers all codes but "N".
  ];
}

/** What stands before a picture: a syncpoint, as one is due every 65,536 bytes, and its header. */
export function nutFrameHeader(pts: number, byteLength: number): Uint8Array {
  const syncpoint = packet(NUT_START_CODES.syncpoint, [...unsigned(pts), ...unsigned(0)]);
  const frame = [0, ...unsigned(pts + 2 ** MSB_PTS_SHIFT), ...unsigned(byteLength)];
  const checksum = bytesOf(BigInt(nutChecksum(Uint8Array.from(frame))), 4);
  return Uint8Array.from([...syncpoint, ...frame, ...checksum]);
}
