/** RC2 in CBC mode (RFC 2268), decryption only: Java before 16 and OpenSSL before 3 put certificates under it. */

const BLOCK = 8;

export interface Rc2Options {
  readonly key: Uint8Array;
  /** How many bits of the key count. */
  readonly bits: number;
  readonly iv: Uint8Array;
}

/** With its padding; `data` is a multiple of 8 bytes. */
export function decryptRc2(data: Buffer, { key, bits, iv }: Rc2Options): Buffer {
  const words = expandKey(key, bits);
  const plain = Buffer.alloc(data.length);
  let previous: Uint8Array = iv;
  for (let at = 0; at < data.length; at += BLOCK) {
    const block = data.subarray(at, at + BLOCK);
    decryptBlock(block, words).copy(plain, at);
    for (let i = 0; i < BLOCK; i += 1) plain.writeUInt8(plain.readUInt8(at + i) ^ (previous[i] ?? 0), at + i);
    previous = block;
  }
  return plain;
}

/** 64 words of 16 bits. */
function expandKey(key: Uint8Array, bits: number): Uint16Array {
  const table = new Uint8Array(128);
  table.set(key);
  for (let i = key.length; i < 128; i += 1) table[i] = pi(at(table, i - 1) + at(table, i - key.length));
  const bytes = Math.ceil(bits / 8);
  table[128 - bytes] = pi(at(table, 128 - bytes) & (0xff >> (8 * bytes - bits)));
  for (let i = 127 - bytes; i >= 0; i -= 1) table[i] = pi(at(table, i + 1) ^ at(table, i + bytes));
  return Uint16Array.from({ length: 64 }, (_, i) => at(table, 2 * i) | (at(table, 2 * i + 1) << 8));
}

const rotations = [1, 2, 3, 5];

function decryptBlock(block: Buffer, key: Uint16Array): Buffer {
  const words = Uint16Array.from({ length: 4 }, (_, i) => block.readUInt16LE(2 * i));
  let next = 63;
  for (let round = 15; round >= 0; round -= 1) {
    for (let i = 3; i >= 0; i -= 1) {
      const turned = rotateRight(at(words, i), rotations[i] ?? 0);
      words[i] = turned - at(key, next) - mix(words, i);
      next -= 1;
    }
    // Mashing stands between the fifth and sixth, and the eleventh and twelfth rounds.
    if (round === 11 || round === 5) mash(words, key);
  }
  const plain = Buffer.alloc(BLOCK);
  words.forEach((word, i) => plain.writeUInt16LE(word, 2 * i));
  return plain;
}

function mix(words: Uint16Array, i: number): number {
  const before = at(words, (i + 3) % 4);
  return (before & at(words, (i + 2) % 4)) + (~before & at(words, (i + 1) % 4));
}

function mash(words: Uint16Array, key: Uint16Array): void {
  for (let i = 3; i >= 0; i -= 1) words[i] = at(words, i) - at(key, at(words, (i + 3) % 4) & 63);
}

function rotateRight(word: number, by: number): number {
  return ((word >>> by) | (word << (16 - by))) & 0xffff;
}

function pi(index: number): number {
  return at(piTable, index & 0xff);
}

function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? 0;
}

const piTable = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2' +
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec' +
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9' +
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);
