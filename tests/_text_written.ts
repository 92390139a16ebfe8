import { discard } from "../pipeline/discard.ts";
import type { Detected } from "../pipeline/items.ts";
import type { Stage } from "../pipeline/stage.ts";

/** Makes a writer that is to close the stream it writes to. */
type Write = (
  target: WritableStream<Uint8Array>,
  options: { readonly closeTarget: boolean },
) => Stage<Detected, Detected>;

/** What a writer makes of some items. */
export async function textWrittenBy(write: Write, items: readonly Detected[]): Promise<string> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const text = new Response(readable).text();
  text.catch(() => {}); // If the writing fails, that is the error of interest.
  const writer = write(writable, { closeTarget: true });
  await ReadableStream.from(items).pipeThrough(writer).pipeTo(discard());
  return await text;
}
