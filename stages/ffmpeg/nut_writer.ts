import type { Rational, TimeBase } from "../../pipeline/time_base.ts";
import { NUT_FILE_ID, NUT_FLAGS, NUT_START_CODES, nutChecksum } from "./nut.ts";

/** The number of the stream of sound. */
const SOUND_STREAM = 1;

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
  /** The form of the sound that comes between them, as whole numbers of 16 bits. */
  readonly sound?: { readonly rateHz: number; readonly channels: number };
}

/** What a stream of raw yuv420p pictures begins with, and of the sound beside them. */
export function nutHeader({ width, height, timeBase, frameRate, sound }: NutStream): Uint8Array {
  const main = [
    ...unsigned(3), // The version.
    ...unsigned(sound ? 2 : 1), // How many streams there are.
    ...unsigned(65536), // The largest distance between syncpoints.
    ...unsigned(sound ? 2 : 1), // How many time bases.
    ...unsigned(timeBase.num),
    ...unsigned(timeBase.den),
    ...sound ? [...unsigned(1), ...unsigned(sound.rateHz)] : [],
    ...frameCodeTable(sound !== undefined),
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
    ...(sound ? packet(NUT_START_CODES.stream, soundStream(sound)) : []),
    ...(frameRate ? packet(NUT_START_CODES.info, rateInfo(frameRate)) : []),
  ]);
}

function soundStream({ rateHz, channels }: NonNullable<NutStream["sound"]>): number[] {
  return [
    ...unsigned(SOUND_STREAM),
    ...unsigned(1), // Sound.
    ...unsigned(4),
    ...[0x50, 0x53, 0x44, 16], // Whole numbers with a sign, lowest byte first, 16 bits each.
    ...unsigned(1), // The number of its time base.
    ...unsigned(MSB_PTS_SHIFT),
    ...unsigned(65536), // The largest distance between times.
    ...[0, 0, 0], // In order, no flags, no codec data.
    ...unsigned(rateHz),
    ...unsigned(1),
    ...unsigned(channels),
  ];
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

/** All frame codes mean the same: a key frame whose stream, time, size and checksum follow. */
function frameCodeTable(hasSound: boolean): number[] {
  const { key, codedPts, sizeMsb, checksum, streamId } = NUT_FLAGS;
  return [
    ...unsigned(key | codedPts | sizeMsb | checksum | (hasSound ? streamId : 0)),
    ...unsigned(6), // How many fields follow.
    ...unsigned(0), // The difference of times: 0, for they are coded.
    ...unsigned(1), // The size is multiplied by 1 …
    ...unsigned(0), // … of stream 0 …
    ...unsigned(0), // … and 0 added to it.
    ...unsigned(0), // No reserved fields.
    ...unsigned(255), // The run covers all codes but "N".
  ];
}

/** How long a packet may be without a checksum of its own head. */
const PADDING_PACKET_BYTES = 4096;

/** What nobody needs, as packets of an index that is nowhere used. */
export function nutPadding(byteLength: number): Uint8Array {
  const content = new Array<number>(PADDING_PACKET_BYTES - 4).fill(0);
  const one = packet(NUT_START_CODES.index, content);
  const padding = new Uint8Array(Math.ceil(byteLength / one.length) * one.length);
  for (let at = 0; at < padding.length; at += one.length) padding.set(one, at);
  return padding;
}

/** What may stand before a picture: the time of what follows, in ticks of its time base. */
export function nutSyncpoint(time = 0): Uint8Array {
  return Uint8Array.from(packet(NUT_START_CODES.syncpoint, [...unsigned(time), ...unsigned(0)]));
}

/**
 * What stands before a picture, or before sound: a syncpoint, as one is due every 65,536 bytes, and
 * its header.
 *
 * @param pts The time, in ticks of the stream.
 * @param byteLength How many bytes follow.
 * @param stream Which stream it belongs to, if there are two: 0 for pictures, 1 for sound.
 */
export function nutFrameHeader(pts: number, byteLength: number, stream?: 0 | 1): Uint8Array {
  const time = stream === undefined ? pts : 2 * pts + stream; // With the number of its time base.
  const streamId = stream === undefined ? [] : unsigned(stream);
  const frame = [0, ...streamId, ...unsigned(pts + 2 ** MSB_PTS_SHIFT), ...unsigned(byteLength)];
  const checksum = bytesOf(BigInt(nutChecksum(Uint8Array.from(frame))), 4);
  return Uint8Array.from([...nutSyncpoint(time), ...frame, ...checksum]);
}
