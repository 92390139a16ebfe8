import { assertEquals, assertThrows } from "@std/assert";
import { OutputError } from "../../pipeline/errors.ts";
import { mqttBroker } from "./mqtt_broker.ts";

Deno.test("mqttBroker() reads where to, who and what about", () => {
  assertEquals(mqttBroker("mqtts://a%40b:p%2Fw@[::1]:1234/cameras/the%20gate/"), {
    protocol: "mqtts",
    host: "::1",
    port: 1234,
    topic: "cameras/the gate",
    username: "a@b",
    password: "p/w",
    name: "mqtts://[::1]:1234/cameras/the gate",
  });
  assertEquals(mqttBroker("MQTTS://broker/a").port, 8883);
});

Deno.test.each([
  ["http://broker/a"],
  ["broker/a"],
  ["mqtt://user:secret@broker"],
  ["mqtt://user:secret@broker/"],
  ["mqtt://user:secret@broker/a/+/b"],
  ["mqtt://user:secret@broker/%23"],
  ["mqtt://user:secret@broker/$SYS"],
  ["mqtt://user:secret@broker/a%00b"],
  ["mqtt://user:secret@broker/a?b"],
  ["mqtt://user:%secret@broker/a"],
  ["mqtt:///a"],
])("mqttBroker() refuses %s without telling the password", (url) => {
  const { message } = assertThrows(() => mqttBroker(url), OutputError);
  assertEquals(message.includes("secret"), false);
});
