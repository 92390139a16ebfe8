import { cfgError, type CfgSection } from "./cfg.ts";

/** From where to where a number of a `.cfg` file may lie, and what it is where it is not given. */
export interface WholeOptions {
  /** The least. */
  readonly min: number;
  /** The greatest. */
  readonly max: number;
  /** What it is where it is not given; without it, it must be. */
  readonly otherwise?: number;
}

/** Reads the options of a section; each error names the line. */
export class Options {
  readonly #section: CfgSection;

  /** Reads the options of `section`. */
  constructor(section: CfgSection) {
    this.#section = section;
  }

  /** The text of an option; where a key is there twice, the first holds, as for Darknet. */
  text(key: string): string | undefined {
    return this.#section.options.find((option) => option.key === key)?.value;
  }

  /** A whole number. */
  whole(key: string, { min, max, otherwise }: WholeOptions): number {
    const text = this.text(key);
    if (text === undefined) return otherwise ?? this.fail(key, `"${key}" is missing`);
    const value = Number(text);
    if (text !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.fail(key, `"${key}" must be a whole number from ${min} to ${max}, not "${text}"`);
  }

  /** Numbers, separated by commas. */
  numbers(key: string): number[] {
    const text = this.text(key) ?? this.fail(key, `"${key}" is missing`);
    const values = text.replace(/,$/, "").split(",").map((part) =>
      part === "" ? NaN : Number(part)
    );
    if (values.every(Number.isFinite)) return values;
    return this.fail(key, `"${key}" must be numbers, not "${text}"`);
  }

  /** Whole numbers, separated by commas. */
  wholes(key: string): number[] {
    const values = this.numbers(key);
    if (values.every(Number.isInteger)) return values;
    return this.fail(key, `"${key}" must be whole numbers, not "${this.text(key)}"`);
  }

  /** A number above 0. */
  positive(key: string, otherwise: number): number {
    const text = this.text(key) ?? String(otherwise);
    const value = Number(text);
    if (text !== "" && value > 0 && Number.isFinite(value)) return value;
    return this.fail(key, `"${key}" must be a number above 0, not "${text}"`);
  }

  /** Refuses options that change what the layer computes, unless they have the value that does not. */
  refuse(neutral: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(neutral)) {
      const text = this.text(key);
      if (text !== undefined && text !== value) {
        this.fail(key, `"${key}=${text}" is not supported in [${this.#section.name}]`);
      }
    }
  }

  /** Ends with an error at the line of an option, or of the section where it is not given. */
  fail(key: string, reason: string): never {
    const option = this.#section.options.find((option) => option.key === key);
    throw cfgError(option?.line ?? this.#section.line, reason);
  }
}
