import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AdmissionOptions, refusalOf } from "./admission.ts";

const LOOPBACK: AdmissionOptions = { hostname: "127.0.0.1", port: 8080 };
const OPEN: AdmissionOptions = { hostname: "0.0.0.0", port: 8080, token: "right-token" };

function statusOf(
  options: AdmissionOptions,
  headers: Record<string, string>,
  { path = "/", method = "GET" } = {},
): number | undefined {
  const request = new Request(`http://127.0.0.1:8080${path}`, { method, headers });
  return refusalOf(request, options)?.status;
}

Deno.test("refusalOf() lets in who asks this machine by its own names", () => {
  for (const host of ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"]) {
    assertEquals(statusOf(LOOPBACK, { host }), undefined, host);
    assertEquals(statusOf(LOOPBACK, { host, origin: `http://${host}` }), undefined, host);
  }
});

Deno.test("refusalOf() refuses a name that somebody may have pointed here", () => {
  const hosts = [
    ...["evil.example:8080", "127.0.0.1.evil.example:8080", "localhost:8081", "localhost"],
    ...["", "192.168.1.4:8080", "localhost:8080@evil.example", "127.1:8080", "a b:8080"],
  ];
  for (const host of hosts) assertEquals(statusOf(LOOPBACK, { host }), 421, host);
  for (const host of ["evil.example:8080", "a.local.evil:8080"]) {
    assertEquals(statusOf(OPEN, { host, cookie: "steadybox-8080=right-token" }), 421, host);
  }
});

Deno.test("refusalOf() refuses pages of other sites", () => {
  for (
    const origin of [
      "http://evil.example",
      "null",
      "https://127.0.0.1:8080",
      "http://localhost:8080",
    ]
  ) {
    assertEquals(statusOf(LOOPBACK, { host: "127.0.0.1:8080", origin }), 403, origin);
  }
});

Deno.test("refusalOf() lets nothing but GET and HEAD in", () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    assertEquals(statusOf(LOOPBACK, { host: "127.0.0.1:8080" }, { method }), 405, method);
  }
  assertEquals(statusOf(LOOPBACK, { host: "127.0.0.1:8080" }, { method: "HEAD" }), undefined);
});

Deno.test("refusalOf() takes the token from the URL once, and then from the cookie", () => {
  const host = "192.168.1.4:8080";
  const request = new Request(`http://${host}/?token=right-token`, { headers: { host } });
  const answer = refusalOf(request, OPEN)!;
  assertEquals([answer.status, answer.headers.get("location")], [303, "/"]);
  const cookie = answer.headers.get("set-cookie")!;
  for (const part of ["steadybox-8080=right-token", "HttpOnly", "SameSite=Strict"]) {
    assertStringIncludes(cookie, part);
  }
  for (const path of ["/", "/live", "/status", "/page.js"]) {
    const kept = { host, cookie: `other=1; ${cookie.split(";")[0]}` };
    assertEquals(statusOf(OPEN, kept, { path }), undefined, path);
    assertEquals(
      statusOf(OPEN, { host }, { path: `${path}?token=right-token` }),
      path === "/" ? 303 : undefined,
    );
  }
});

Deno.test("refusalOf() refuses whoever does not know the token", () => {
  const host = "192.168.1.4:8080";
  for (const path of ["/", "/live", "/status", "/page.js", "/nothing"]) {
    assertEquals(statusOf(OPEN, { host }, { path }), 401, path);
    for (const token of ["", "right-toke", "right-token2", "RIGHT-TOKEN"]) {
      assertEquals(statusOf(OPEN, { host, cookie: `steadybox-8080=${token}` }, { path }), 401);
      assertEquals(statusOf(OPEN, { host }, { path: `${path}?token=${token}` }), 401);
    }
  }
  // A wrong token in the URL is not made up for by the cookie.
  const cookie = "steadybox-8080=right-token";
  assertEquals(statusOf(OPEN, { host, cookie }, { path: "/?token=wrong" }), 401);
});
