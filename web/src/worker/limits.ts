/** What a worker is denied before Python starts in it. */

/** Python's heap may have this many bytes; what needs more gets a MemoryError. */
export const HEAP_LIMIT = 1 << 30;

/** Lets WebAssembly's memory grow up to `limit` bytes and no further. */
export function limitHeap(limit = HEAP_LIMIT): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > limit) throw new RangeError("the heap is full");
    return grow.call(this, pages);
  };
}

/** A cell reaches JavaScript, and could start workers of its own beyond the one that Stop ends. */
export function removeWorkers(): void {
  for (const name of ["Worker", "SharedWorker"]) Reflect.deleteProperty(globalThis, name);
}
