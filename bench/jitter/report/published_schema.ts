import { z } from "zod";
import { jitterReportSchema } from "./report_schema.ts";

/** Where the schema is published. */
export const PUBLISHED_SCHEMA: URL = new URL(
  "../../../docs/jitter-report-1.schema.json",
  import.meta.url,
);

/**
 * The schema of a report as JSON Schema (draft 2020-12), for programs in any language.
 *
 * @returns The text of the published file.
 */
export function publishedSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(jitterReportSchema, { reused: "ref" });
  const head = {
    $schema,
    title: "jitter-report/1",
    description: "What steadybox jitter found: see jitter-report.md.",
  };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(PUBLISHED_SCHEMA, publishedSchema());
