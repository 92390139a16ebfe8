import { assertEquals } from "@std/assert";
import { authorityOf, isLoopback } from "./host.ts";

Deno.test("isLoopback() knows this machine's own addresses", () => {
  for (const own of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) {
    assertEquals(isLoopback(own), true);
  }
  for (const other of ["0.0.0.0", "::", "10.0.0.1", "localhost.evil", "1270.0.0.1"]) {
    assertEquals(isLoopback(other), false, other);
  }
});

Deno.test("authorityOf() puts brackets around addresses of version 6", () => {
  assertEquals(authorityOf("127.0.0.1", 80), "127.0.0.1:80");
  assertEquals(authorityOf("::1", 8080), "[::1]:8080");
});
