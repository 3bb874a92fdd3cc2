const hidden = '***';

/** A token that a request brought for a backend. Only `reveal` gives it; whatever prints or serializes it shows `***`. */
export class CallerToken {
  readonly #value: string;
  /** Equal for equal tokens of one process, and tells nothing about the token: what keys of caches have. */
  readonly id: string;

  constructor(value: string, id: string) {
    this.#value = value;
    this.id = id;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }
}
