/** security/ says who asks. One file a scheme; it imports core only. */
export type SchemeName = 'anonymous' | 'basic' | 'token' | 'bearer' | 'certificate';

/** Who asks. Never carries the credentials it was recognized by. */
export interface Principal {
  readonly name: string;
  readonly scheme: SchemeName;
}

export const anonymousPrincipal: Principal = Object.freeze({ name: 'anonymous', scheme: 'anonymous' });
