import { SourceError } from "../../pipeline/errors.ts";
import type { FrameSource } from "../../pipeline/frame.ts";
import { FramePool, type PooledBuffer } from "../../pipeline/frame_pool.ts";
import type { TimeBase } from "../../pipeline/time_base.ts";
import { ByteReader } from "./byte_reader.ts";
import { type NutPacket, NutReader, type PictureMemory } from "./nut_reader.ts";
import { type FfmpegProcess, outcomeIn, requireOptions } from "./process.ts";

/** A frame as the decoder writes it. */
export interface DecodedPictures {
  /** Its presentation time, in ticks. */
  readonly pts: number;
  /** The length of a tick. */
  readonly timeBase: TimeBase;
  /** Its picture in each form, on loan. */
  readonly pictures: readonly PooledBuffer[];
}

/**
 * Reads the frames that a decoder writes, each in several forms: one stream a form.
 *
 * @param child The decoder.
 * @param frameSource What the frames come from.
 * @param byteLengths How many bytes a picture of each form has.
 * @throws {SourceError} If the stream breaks off and the decoder tells why.
 */
export async function* decodedPictures(
  child: FfmpegProcess,
  frameSource: FrameSource,
  byteLengths: readonly number[],
): AsyncGenerator<DecodedPictures> {
  const memories = byteLengths.map((byteLength): PictureMemory => (
    { byteLength, pool: new FramePool(byteLength) }
  ));
  await using input = new ByteReader(child.stdout);
  const reader = new NutReader(input);
  const waiting = byteLengths.map((): NutPacket[] => []);
  for (;;) {
    let packet: NutPacket | undefined;
    try {
      packet = await reader.next(...memories);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      if (frameSource.isCut) return; // It was asked to end, if need be within a frame.
      const { complaint } = await child.result; // The stream broke off: the decoder knows why.
      requireOptions(complaint);
      if (complaint) {
        throw new SourceError(`Cannot decode ${frameSource.name}: ${outcomeIn(complaint)}`, {
          cause,
        });
      }
      return;
    }
    if (!packet) return;
    waiting[packet.streamId]!.push(packet);
    if (waiting.some((packets) => packets.length === 0)) continue;
    const packets = waiting.map((packets) => packets.shift()!);
    const { pts, timeBase } = packets[0]!;
    yield { pts, timeBase, pictures: packets.map(({ data }) => data) };
  }
}
