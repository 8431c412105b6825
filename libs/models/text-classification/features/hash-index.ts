/** Numbers hashes of 32 bits in the order in which they come: open addressing, a search of a step or two. */
export class HashIndex {
  /** Each slot holds the number of its hash, plus 1; 0 where it is free. */
  private slots = new Uint32Array(1 << 12);
  private hashes = new Uint32Array(1 << 11);
  /** How many there are. */
  size = 0;

  static of(hashes: Uint32Array): HashIndex {
    const index = new HashIndex();
    for (const hash of hashes) index.add(hash);
    return index;
  }

  /** The number of a hash, or −1. */
  find(hash: number): number {
    return this.slots[this.slotOf(hash)] - 1;
  }

  /** The number of a hash, a new one where it has none. */
  add(hash: number): number {
    const slot = this.slotOf(hash);
    if (this.slots[slot] !== 0) return this.slots[slot] - 1;
    this.hashes[this.size] = hash;
    this.slots[slot] = ++this.size;
    if (this.size === this.hashes.length) this.grow();
    return this.size - 1;
  }

  /** By number. */
  toArray(): Uint32Array {
    return this.hashes.slice(0, this.size);
  }

  private slotOf(hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const number = this.slots[slot];
      if (number === 0 || this.hashes[number - 1] === hash) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const hashes = new Uint32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Uint32Array(this.slots.length * 2);
    for (let number = 0; number < this.size; number++) this.slots[this.slotOf(hashes[number])] = number + 1;
  }
}
