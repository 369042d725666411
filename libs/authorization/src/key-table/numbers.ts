const PAGE = 8_192;

/** Numbers below 2²⁴, in three bytes each; 0 where none was set. Grows by a page, and copies nothing when it does. */
export class Numbers {
  private readonly pages: Uint8Array[] = [];

  get(at: number): number {
    const page = this.pages[at >>> 13];
    if (page === undefined) return 0;
    const from = (at & (PAGE - 1)) * 3;
    return (page[from] ?? 0) | ((page[from + 1] ?? 0) << 8) | ((page[from + 2] ?? 0) << 16);
  }

  set(at: number, value: number): void {
    const index = at >>> 13;
    while (this.pages.length <= index) this.pages.push(new Uint8Array(PAGE * 3));
    const page = this.pages[index];
    if (page === undefined) return;
    const from = (at & (PAGE - 1)) * 3;
    page[from] = value;
    page[from + 1] = value >>> 8;
    page[from + 2] = value >>> 16;
  }

  /** Lets go of the pages that hold nothing below `length`, but for one: it may be wanted again at once. */
  shrink(length: number): void {
    this.pages.length = Math.min(this.pages.length, Math.ceil(length / PAGE) + 1);
  }
}
