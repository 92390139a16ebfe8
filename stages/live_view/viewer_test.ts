import { assertEquals } from "@std/assert";
import { PictureTap } from "./picture_tap.ts";
import { Viewer } from "./viewer.ts";

/** A connection of which nothing is ever read. */
class StuckSocket {
  readonly readyState = WebSocket.OPEN;
  bufferedAmount = 0;
  isClosed = false;
  onclose: () => void = () => {};

  send(data: string | Uint8Array): void {
    this.bufferedAmount += data.length;
  }

  close(): void {
    this.isClosed = true;
    this.onclose();
  }
}

Deno.test("Viewer keeps no more than a picture for who reads nothing", () => {
  const socket = new StuckSocket();
  const viewer = new Viewer(socket as unknown as WebSocket, [], () => {});
  for (let i = 0; i < 100; i++) {
    viewer.take(new Uint8Array(500_000));
    viewer.tell("news");
  }
  assertEquals(socket.bufferedAmount, 500_000);
  assertEquals(socket.isClosed, false);
});

Deno.test("Viewer takes news again when what was before has been read", () => {
  const socket = new StuckSocket();
  const viewer = new Viewer(socket as unknown as WebSocket, [], () => {});
  viewer.take(new Uint8Array(500_000));
  viewer.tell("1");
  socket.bufferedAmount = 0;
  viewer.tell("22");
  assertEquals(socket.bufferedAmount, 2);
});

Deno.test("Viewer asks for no pictures any more when it has gone", async () => {
  const socket = new StuckSocket() as StuckSocket & { onmessage: (event: object) => void };
  await using tap = new PictureTap(0);
  const changes: boolean[] = [];
  new Viewer(socket as unknown as WebSocket, [tap], (_, hasGone) => changes.push(hasGone));
  socket.onmessage({ data: "0" });
  assertEquals(tap.isAsked, true);
  socket.close();
  assertEquals([tap.isAsked, ...changes], [false, true]);
});
