/**
 * What the reader and the writer of NUT share. NUT is the container in which ffmpeg hands over raw
 * pictures with their exact times (specification: ffmpeg.org/~michael/nut.txt, version 3).
 *
 * @module
 */

/** What a NUT stream begins with. */
export const NUT_FILE_ID = "nut/multimedia container\0";

/** The eight bytes that each kind of packet begins with. */
export const NUT_START_CODES = {
  main: 0x4e4d7a561f5f04adn,
  stream: 0x4e5311405bf2f9dbn,
  syncpoint: 0x4e4be4adeeca4569n,
  index: 0x4e58dd672f23e64en,
  info: 0x4e49ab68b596ba78n,
} as const;

/** The flags of a frame header. */
export const NUT_FLAGS = {
  key: 0x1,
  codedPts: 0x8,
  streamId: 0x10,
  sizeMsb: 0x20,
  checksum: 0x40,
  reserved: 0x80,
  sideData: 0x100,
  headerIndex: 0x400,
  matchTime: 0x800,
  coded: 0x1000,
  invalid: 0x2000,
} as const;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
  return crc;
});

/** The checksum of NUT's packets: CRC-32 with the polynomial 0x04C11DB7, from 0, not reflected. */
export function nutChecksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = (crc << 8) ^ CRC_TABLE[((crc >>> 24) ^ byte) & 0xff]!;
  return crc >>> 0;
}
