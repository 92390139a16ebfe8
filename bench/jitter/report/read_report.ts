import { SourceError } from "../../../pipeline/errors.ts";
import { jitterReportSchema } from "./report_schema.ts";
import type { JitterReport } from "./report_types.ts";

/** Why a file cannot be read, in words. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "there is no such file";
  if (cause instanceof Deno.errors.IsADirectory) {
    return "it is a directory: name the report.json in it";
  }
  return (cause as Error).message.replace(/ \(os error.*/s, "");
}

/**
 * Reads the `report.json` of a report.
 *
 * @param path The file.
 * @returns The report.
 * @throws {SourceError} If it cannot be read, or is no `jitter-report/1`.
 */
export async function readReport(path: string): Promise<JitterReport> {
  const refuse = (reason: string, cause?: unknown) =>
    new SourceError(`Cannot read "${path}" as a report: ${reason}`, { cause });
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw refuse(reasonOf(cause), cause);
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refuse("it is not JSON", cause);
  }
  const schema = (content as { schema?: unknown } | null)?.schema;
  if (schema !== "jitter-report/1") {
    const own = typeof schema === "string"
      ? `it is a "${schema.slice(0, 40)}"`
      : "it names no schema";
    throw refuse(`${own}, and a "jitter-report/1" is wanted`);
  }
  const parsed = jitterReportSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`${issue?.path.join(".") || "it"} is not what the schema says: ${issue?.message}`);
}
