/** What a client asks for, after validation: application(s), profile(s), label(s). Frozen. */
export interface Query {
  /** The application text as requested, `(_)` → `/`, commas kept: `orders,billing`. Answers carry it as `name`. */
  readonly name: string;
  /** `name` at its commas, without blanks: `['orders', 'billing']`. */
  readonly applications: readonly string[];
  /** The raw profile segment: `dev,prod`. Answers carry it as the one element of `profiles`. */
  readonly profileText: string;
  /** `profileText` at its commas, first of each: `['dev', 'prod']`. */
  readonly profiles: readonly string[];
  /** The label text as requested after `(_)` → `/`; null where the request had none. Answers carry it as `label`. */
  readonly label: string | null;
  /** `label` at its commas; empty where the request had none. */
  readonly labels: readonly string[];
}
