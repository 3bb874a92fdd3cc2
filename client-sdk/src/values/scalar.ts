/** A double as the reference server prints it: the layout of Java's `Double.toString` with the shortest digits. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  /** `1000.0`, `1.0E10`, `1.5E-7`, `Infinity`, `NaN`. */
  toString(): string {
    return layoutAsJava(this.value);
  }
}

/** An instant that a file typed explicitly (`!!timestamp`); dates without a tag stay text. */
export class Timestamp {
  readonly epochMilliseconds: number;

  constructor(epochMilliseconds: number) {
    this.epochMilliseconds = epochMilliseconds;
  }

  /** ISO 8601 with milliseconds, as JSON answers carry it: `2001-12-14T00:00:00.000Z`. */
  toString(): string {
    return new Date(this.epochMilliseconds).toISOString();
  }
}

/** Bytes that a file typed explicitly (`!!binary`), kept as canonical Base64. */
export class Binary {
  readonly base64: string;

  constructor(base64: string) {
    this.base64 = base64;
  }

  toString(): string {
    return this.base64;
  }
}

/** One value of a property. Integers are `bigint` from the parser to the answer, so that 20 digits come out exactly. */
export type Scalar = string | boolean | bigint | Float | Timestamp | Binary | null;

/** A value and whether it is a secret. */
export interface MarkedScalar {
  readonly value: Scalar;
  readonly secret?: true;
}

function layoutAsJava(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const magnitude = Math.abs(value);
  const sign = value < 0 ? '-' : '';
  const [mantissa = '', exponentText = '0'] = magnitude.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (magnitude >= 1e-3 && magnitude < 1e7) return sign + plainLayout(digits, exponent);
  return `${sign}${digits.charAt(0)}.${digits.slice(1) || '0'}E${exponent}`;
}

function plainLayout(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, '0');
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`;
}
