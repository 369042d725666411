import { PassThrough, type Readable } from 'node:stream';

/** What a client sends, up to its end or to where it is cut off here: then what came before it is still read, and its connection stays. */
export class Inlet {
  /** Everything that was sent has been let in. */
  complete = false;
  readonly bytes = new PassThrough();

  constructor(private readonly source: Readable) {
    source.once('end', () => {
      this.complete = true;
    });
    // It broke off: whoever reads learns so, as there is nobody to tell anything any more.
    source.once('close', () => {
      if (!source.readableEnded) this.bytes.destroy(new Error('the client went away'));
    });
    source.on('error', () => undefined);
    source.pipe(this.bytes);
  }

  cut(): void {
    if (this.complete) return;
    this.source.unpipe(this.bytes);
    this.bytes.end();
  }
}
