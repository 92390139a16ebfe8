/**
 * Events to a real MQTT broker, which is away, comes back and misses who has died.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mqttBroker } from "../stages/messaging/mqtt_broker.ts";
import { MqttOutbox, type OutboxEvent } from "../stages/messaging/mqtt_outbox.ts";
import { Relay } from "./_imposter.ts";
import { hasMqttServer, Listener, MqttServer } from "./_mqtt_server.ts";
import { freePort } from "./_rtsp_server.ts";

const ignore = !hasMqttServer();

function outboxAt(
  port: number,
  options: ConstructorParameters<typeof MqttOutbox>[1] = {},
): MqttOutbox {
  return new MqttOutbox(mqttBroker(`mqtt://me:secret@127.0.0.1:${port}/cams`), options);
}

Deno.test({
  name: "MqttOutbox delivers what was published, in order, and says when it is there",
  ignore,
  async fn() {
    const port = freePort();
    await using _server = await MqttServer.start(port);
    await using listener = await Listener.at(port);
    {
      await using outbox = outboxAt(port);
      for (let number = 0; number < 200; number++) outbox.publish("events", { number });
      await listener.until(() => listener.messages.length >= 201);
      await outbox[Symbol.asyncDispose]();
      assertEquals(outbox.statistics(), { published: 200, sent: 200, dropped: 0 });
    }
    await listener.until(() => listener.messages.length >= 202);
    const events = listener.messages.filter(({ topic }) => topic === "cams/events");
    assertEquals(
      events.map(({ text }) => JSON.parse(text).number),
      Array.from({ length: 200 }, (_, i) => i),
    );
    const status = listener.messages.filter(({ topic }) => topic === "cams/status");
    assertEquals(status.map(({ text }) => text), ["online", "offline"]);
  },
});

Deno.test({
  name: "MqttOutbox keeps the newest while the broker is away, and counts what it drops",
  ignore,
  async fn() {
    const [port, wire] = [freePort(), freePort()];
    const events: OutboxEvent[] = [];
    await using outbox = outboxAt(wire, { maxWaiting: 10, onEvent: (event) => events.push(event) });
    for (let number = 0; number < 25; number++) outbox.publish("events", { number });
    while (events.length === 0) await soon();
    await using _server = await MqttServer.start(port);
    await using listener = await Listener.at(port);
    await using _relay = new Relay(port, wire); // Only now can it be reached.
    await listener.until(() => listener.messages.some(({ text }) => text.includes("24")));
    const numbers = listener.messages.filter(({ topic }) => topic === "cams/events")
      .map(({ text }) => JSON.parse(text).number);
    assertEquals(numbers, [15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
    await outbox[Symbol.asyncDispose]();
    assertEquals(outbox.statistics(), { published: 25, sent: 10, dropped: 15 });
    const [lost, connected] = events;
    assertEquals([lost?.kind, connected?.kind, events.length], ["lost", "connected", 2]);
    assertStringIncludes(JSON.stringify(lost), "nobody listens there");
    assert(!JSON.stringify(events).includes("secret"));
  },
});

Deno.test({
  name: "MqttOutbox ends at once where no broker ever was, and counts all as dropped",
  async fn() {
    const outbox = outboxAt(freePort());
    for (let number = 0; number < 5; number++) outbox.publish("events", { number });
    await outbox[Symbol.asyncDispose]();
    assertEquals(outbox.statistics(), { published: 5, sent: 0, dropped: 5 });
  },
});

Deno.test({
  name: "MqttOutbox leaves its last will: who dies is offline",
  ignore,
  async fn() {
    const port = freePort();
    await using _server = await MqttServer.start(port);
    await using listener = await Listener.at(port);
    const root = new URL("../", import.meta.url);
    const program = `
      import { MqttOutbox } from ${
      JSON.stringify(new URL("stages/messaging/mqtt_outbox.ts", root))
    };
      import { mqttBroker } from ${
      JSON.stringify(new URL("stages/messaging/mqtt_broker.ts", root))
    };
      new MqttOutbox(mqttBroker(Deno.args[0]));
    `;
    const child = new Deno.Command("deno", {
      args: [
        "eval",
        "--quiet",
        `--config=${root.pathname}deno.json`,
        program,
        `mqtt://127.0.0.1:${port}/a`,
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    await listener.until(() => listener.messages.some(({ text }) => text === "online"));
    child.kill("SIGKILL");
    await child.status;
    await listener.until(() => listener.messages.some(({ text }) => text === "offline"));
    assertEquals(listener.messages.map(({ topic }) => topic), ["a/status", "a/status"]);
  },
});

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
