/** Work on the same names is done one after the other, in the order in which it was asked for; other work is not waited for. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<A>(names: ReadonlyArray<string>, work: () => Promise<A>): Promise<A> {
    const before = names.flatMap((name) => this.last.get(name) ?? []);
    // How what came before ended is nobody's matter here.
    const done = before.length === 0 ? work() : Promise.allSettled(before).then(work);
    for (const name of names) this.last.set(name, done);
    try {
      return await done;
    } finally {
      for (const name of names) if (this.last.get(name) === done) this.last.delete(name);
    }
  }
}
