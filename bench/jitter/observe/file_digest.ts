import { createHash } from "node:crypto";

/**
 * The SHA-256 of a file, read piece by piece.
 *
 * @param path The file.
 * @returns The digest in hexadecimal digits.
 */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const piece = new Uint8Array(1 << 16);
  for (let length; (length = await file.read(piece)) !== null;) {
    hash.update(piece.subarray(0, length));
  }
  return hash.digest("hex");
}
