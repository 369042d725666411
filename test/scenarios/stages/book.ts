/** Names and ids, both ways. */
export class Book {
  private readonly ids = new Map<string, string>();
  private readonly names = new Map<string, string>();

  write(name: string, id: string): void {
    this.ids.set(name, id);
    this.names.set(id, name);
  }

  has(name: string): boolean {
    return this.ids.has(name);
  }

  id(name: string): string {
    const id = this.ids.get(name);
    if (id === undefined) throw new Error(`${name} has no id yet`);
    return id;
  }

  /** The name; or the id itself, of what nobody named. */
  name(id: string | null): string | null {
    return id === null ? null : (this.names.get(id) ?? id);
  }
}
