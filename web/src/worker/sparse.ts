/** Memory without its empty blocks, which are half of Python's. */

const BLOCK = 1 << 16;

/** The memory's length, the number of its blocks that are not empty, their places, and the blocks. */
export function pack(memory: Uint8Array): ArrayBuffer {
  const places = [...Array(Math.ceil(memory.length / BLOCK)).keys()]
    .map((block) => block * BLOCK)
    .filter((at) => memory.subarray(at, at + BLOCK).some((byte) => byte !== 0));
  const head = new Uint32Array([memory.length, places.length, ...places]);
  const packed = new Uint8Array(head.byteLength + places.length * BLOCK);
  packed.set(new Uint8Array(head.buffer));
  places.forEach((at, i) =>
    packed.set(memory.subarray(at, at + BLOCK), head.byteLength + i * BLOCK),
  );
  return packed.buffer;
}

/** What was packed; throws where `packed` does not have that form. */
export function unpack(packed: ArrayBuffer): Uint8Array {
  const [length, count] = new Uint32Array(packed, 0, 2);
  const places = new Uint32Array(packed, 8, count);
  const memory = new Uint8Array(length!);
  places.forEach((at, i) => {
    const block = new Uint8Array(packed, 8 + places.byteLength + i * BLOCK, BLOCK);
    memory.set(block.subarray(0, length! - at), at);
  });
  return memory;
}
