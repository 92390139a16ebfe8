import { inflateSync } from "node:zlib";

const WOFF_SIGNATURE = 0x774f4646;

/**
 * Unpacks a font from WOFF 1.0, in which each table is packed by zlib (W3C Recommendation "WOFF File
 * Format 1.0", sections 3 and 4); a font that is not packed is passed through.
 *
 * @param bytes The file.
 * @returns The font as OpenType or TrueType.
 */
export function unpackWoff(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const packed = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (packed.getUint32(0) !== WOFF_SIGNATURE) return bytes;
  const tableCount = packed.getUint16(12);
  const font = new Uint8Array(packed.getUint32(16));
  const header = new DataView(font.buffer);
  const log2 = Math.floor(Math.log2(tableCount));
  header.setUint32(0, packed.getUint32(4)); // What kind of outlines it holds.
  header.setUint16(4, tableCount);
  header.setUint16(6, 16 << log2);
  header.setUint16(8, log2);
  header.setUint16(10, 16 * tableCount - (16 << log2));
  let offset = 12 + 16 * tableCount;
  for (let index = 0; index < tableCount; index++) {
    const from = 44 + 20 * index;
    const to = 12 + 16 * index;
    const start = packed.getUint32(from + 4);
    const packedLength = packed.getUint32(from + 8);
    const length = packed.getUint32(from + 12);
    const content = bytes.subarray(start, start + packedLength);
    font.set(packedLength < length ? inflateSync(content) : content, offset);
    header.setUint32(to, packed.getUint32(from)); // The tag.
    header.setUint32(to + 4, packed.getUint32(from + 16)); // The checksum.
    header.setUint32(to + 8, offset);
    header.setUint32(to + 12, length);
    offset += Math.ceil(length / 4) * 4;
  }
  return font;
}
