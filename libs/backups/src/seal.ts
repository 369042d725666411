import { createHash, createHmac } from 'node:crypto';
import type { Keyring } from '#libs/vault';
import type { EndLine, MacLine } from './archive-line.js';

/** What an archive is counted and authenticated by, made alike by who writes it and by who reads it. A line is without its newline. */
export class Seal {
  private readonly log = createHash('sha256');
  private readonly mac;
  private events = 0;
  private rows = 0;

  constructor(keyring: Keyring) {
    this.mac = createHmac('sha256', keyring.derive('backups'));
  }

  /** Counted once every event and row has been added. */
  end(): EndLine {
    return { events: this.events, rows: this.rows, log: this.log.digest('hex') };
  }

  /** Of everything added so far; nothing can be added after it. */
  last(): MacLine {
    return { mac: this.mac.digest('hex') };
  }

  event(line: string | Buffer): void {
    this.events += 1;
    this.log.update(line).update('\n');
    this.line(line);
  }

  row(line: string | Buffer): void {
    this.rows += 1;
    this.line(line);
  }

  line(line: string | Buffer): void {
    this.mac.update(line).update('\n');
  }
}
