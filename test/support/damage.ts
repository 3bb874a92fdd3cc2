/** `bytes` with one bit of each byte turned, one after the other. */
export function* turnedBits(bytes: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (at % 8)), at);
    yield damaged;
  }
}

/** `bytes` cut off at every length. */
export function* cutOff(bytes: Buffer): Generator<Buffer, void> {
  for (let length = 0; length < bytes.length; length += 1) yield bytes.subarray(0, length);
}

/** The text that `act` gives, or the code of its error. */
export async function textOrCode(act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return code;
  }
}
