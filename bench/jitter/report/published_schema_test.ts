import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { madeReport } from "../../../tests/_made_report.ts";
import { jitterReportSchema } from "./report_schema.ts";
import { PUBLISHED_SCHEMA, publishedSchema } from "./published_schema.ts";

const TEXT = await Deno.readTextFile(PUBLISHED_SCHEMA);
const validate = new Ajv2020({
  strict: true,
  allowUnionTypes: true,
  formats: { "date-time": true },
})
  .compile(JSON.parse(TEXT));

Deno.test("the published schema is that of the program: run published_schema.ts to renew it", () => {
  assertEquals(TEXT, publishedSchema());
});

Deno.test("a report fits the published schema, by a validator of its own", () => {
  const report = JSON.parse(JSON.stringify(madeReport()));
  assert(validate(report), JSON.stringify(validate.errors));
  assert(jitterReportSchema.safeParse(report).success);
});

const BROKEN: readonly { readonly name: string; readonly change: Record<string, unknown> }[] = [
  { name: "another schema", change: { schema: "jitter-report/2" } },
  { name: "a key that nobody knows", change: { mood: "good" } },
  { name: "no methods", change: { methods: [] } },
  { name: "a number as a text", change: { seed: "1" } },
  { name: "a seed below 0", change: { seed: -1 } },
  { name: "no truth, not even null", change: { truth: undefined } },
  { name: "a time that is none", change: { created: "yesterday" } },
];

for (const { name, change } of BROKEN) {
  Deno.test(`a report with ${name} fits neither schema`, () => {
    const report = JSON.parse(JSON.stringify({ ...madeReport(), ...change }));
    assert(!validate(report));
    assert(!jitterReportSchema.safeParse(report).success);
  });
}
