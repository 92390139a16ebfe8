/** A sequence of complex numbers. */
export interface ComplexArray {
  readonly real: Float64Array<ArrayBuffer>;
  readonly imaginary: Float64Array<ArrayBuffer>;
}

/**
 * The discrete Fourier transform `X_k = Σ x_n exp(-2πi k n / N)` of any length, by splitting the
 * sequence into as many as its length's smallest prime factor, each of which is transformed first
 * (Cooley and Tukey, Mathematics of Computation 19, 1965).
 */
export function fourierTransform({ real, imaginary }: ComplexArray): ComplexArray {
  const n = real.length;
  if (n <= 1) return { real: real.slice(), imaginary: imaginary.slice() };
  const factor = smallestFactorOf(n);
  const parts = Array.from({ length: factor }, (_, r) =>
    fourierTransform({
      real: everyNth(real, factor, r),
      imaginary: everyNth(imaginary, factor, r),
    }));
  const cosines = Float64Array.from(real, (_, i) => Math.cos(2 * Math.PI * i / n));
  const sines = Float64Array.from(real, (_, i) => Math.sin(2 * Math.PI * i / n));
  const result = { real: new Float64Array(n), imaginary: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    for (let r = 0; r < factor; r++) {
      const part = parts[r]!;
      const at = k % (n / factor);
      const turn = (k * r) % n;
      const [re, im] = [part.real[at]!, part.imaginary[at]!];
      result.real[k]! += re * cosines[turn]! + im * sines[turn]!;
      result.imaginary[k]! += im * cosines[turn]! - re * sines[turn]!;
    }
  }
  return result;
}

function everyNth(values: Float64Array, n: number, start: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: values.length / n }, (_, i) => values[start + i * n]!);
}

function smallestFactorOf(n: number): number {
  for (let factor = 2; factor * factor <= n; factor++) {
    if (n % factor === 0) return factor;
  }
  return n;
}
