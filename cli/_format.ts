const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A whole number with its thousands apart: `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** A duration for people: `840 ms`, `9.3 s`, `2:05`, `1:02:05`. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** A rate for people, three digits of it: `0.52`, `29.97`, `412`. */
export function rateText(rate: number): string {
  if (!Number.isFinite(rate)) return "?";
  if (rate >= 100) return String(Math.round(rate));
  return String(Number(rate.toFixed(rate >= 10 ? 2 : 3)));
}

/** A time in milliseconds for people, without unit: `0.04`, `3.1`, `120`. */
export function millisecondsText(durationMs: number): string {
  return durationMs >= 100
    ? durationMs.toFixed(0)
    : durationMs >= 1
    ? durationMs.toFixed(1)
    : durationMs.toFixed(2);
}

/** A size in bytes for people, three digits of it: `412 kB`, `1.30 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let [size, unit] = [bytes, 0];
  for (; size >= 999.5 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${size >= 100 ? Math.round(size) : size.toPrecision(3)} ${UNITS[unit]}`;
}

/** A count of things, in the singular or plural: `1 frame`, `2,000 frames`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${countText(count)} ${count === 1 ? singular : plural}`;
}
