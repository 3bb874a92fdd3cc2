import { expect } from 'chai';

interface CodedError extends Error {
  readonly code: string;
}

/** Runs `act`, asserts that it throws an error with `code`, and returns that error. */
export async function expectError(code: string, act: () => unknown): Promise<CodedError> {
  let result: unknown;
  try {
    result = await act();
  } catch (error) {
    expect(error).to.be.instanceOf(Error);
    expect((error as CodedError).code, (error as Error).stack).to.equal(code);
    return error as CodedError;
  }
  throw new Error(`expected ${code}, got ${String(result)}`);
}
