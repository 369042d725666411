import type { Follows, ReadModel } from './read-side.js';

/**
 * What events have left to be done, folded from the log like everything else: an event puts an item on the list, another
 * takes it off. So nothing is forgotten in a crash, and nothing has to be remembered beside the log.
 */
export abstract class TodoList<Item extends object> implements ReadModel {
  private readonly items = new Map<string, Item>();
  abstract readonly follows: ReadonlyArray<Follows>;

  due(): ReadonlyArray<readonly [id: string, item: Item]> {
    return [...this.items];
  }

  get size(): number {
    return this.items.size;
  }

  /** It is done, or there was nothing to do: off the list, unless something new of that id has come since. */
  done(id: string, item: Item): void {
    if (this.items.get(id) === item) this.items.delete(id);
  }

  protected get(id: string): Item | undefined {
    return this.items.get(id);
  }

  protected add(id: string, item: Item): void {
    this.items.set(id, item);
  }

  protected remove(id: string): void {
    this.items.delete(id);
  }
}
