import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import { ImportKey, Rehearsal } from '#libs/api-keys';
import { type CommandContext, commandIdFrom } from '#libs/event-store';
import { E, type NotFound, timestampOf } from '#libs/kernel';
import type { Fault } from '../../http/http.failures.js';
import { type Failure, problemOf } from '../../http/problem.catalogue.js';
import { readLine } from './import-line.js';
import type { LineReport } from './report.js';
import type { TextLine } from './text-lines.js';

/** What is beyond is for another import: a dry run has to remember every line. */
export const MOST_LINES = 1_000_000;

const missing: Readonly<Partial<Record<NotFound['what'], Fault>>> = {
  project: { pointer: '/projectId', detail: 'there is no project of this id' },
  organization: { pointer: '/legacyOf', detail: 'there is no organization of this id' },
  pepper: { pointer: '/pepper', detail: 'no pepper of this name is stored: do that first' },
};

const faultsIn = (failure: Failure | NotFound): ReadonlyArray<Fault> => {
  if (failure._tag === 'InvalidRequest') return failure.errors;
  if (failure._tag === 'NotFound' && 'what' in failure) return [missing[failure.what] ?? []].flat();
  if (failure._tag !== 'NameLooksLikeKey') return [];
  return [{ pointer: `/${failure.field}`, detail: 'it holds something of the shape of a secret, or of the digest' }];
};

/** One import, line by line: each is a command of its own, and what becomes of one is nothing to the others. */
export class ImportRun {
  /** The furthest that a line rests on. */
  position = 0n;
  private readonly logger = new Logger('Imports');
  private readonly rehearsal: Rehearsal | null;
  private troubled = false;

  constructor(
    private readonly commands: CommandBus,
    private readonly context: CommandContext,
    dryRun: boolean,
  ) {
    this.rehearsal = dryRun ? new Rehearsal() : null;
  }

  /** Never fails: whatever goes wrong with a line is in its report. */
  async line(text: TextLine): Promise<LineReport> {
    const { key, externalId } = readLine(text);
    const refused = (failure: Failure | NotFound): LineReport => {
      const { code, detail } = problemOf(failure, this.context.requestId).body;
      const error = { code, detail, errors: faultsIn(failure) };
      return { line: text.number, status: 'refused', id: null, externalId, error };
    };
    if (text.number > MOST_LINES) return refused(tooMany);
    if (E.isLeft(key)) return refused(key.left);
    try {
      const done = await this.commands.execute(new ImportKey(this.contextOf(text), key.right, this.rehearsal));
      if (E.isLeft(done)) {
        this.tellTrouble(done.left);
        return refused(done.left);
      }
      const { id, changed, position } = done.right;
      if (position > this.position) this.position = position;
      return { line: text.number, status: changed ? 'imported' : 'unchanged', id, externalId, error: null };
    } catch (thrown) {
      this.logger.error(thrown);
      return refused({ _tag: 'Defect' });
    }
  }

  /** It follows from the whole import's: whatever of the store's is repeated underneath is done once. */
  private contextOf({ number }: TextLine): CommandContext {
    const { commandId, actor, via, requestId } = this.context;
    const own = commandIdFrom('import', commandId, String(number));
    return { commandId: own, actor, via, requestId, at: timestampOf(Date.now()) };
  }

  /** Once: a store that is away is so to every line. */
  private tellTrouble(failure: Failure): void {
    const { status, body } = problemOf(failure, this.context.requestId);
    if (status < 500 || this.troubled) return;
    this.troubled = true;
    this.logger.warn(`lines of the import ${this.context.requestId} were refused with ${body.code}`);
  }
}

const tooMany: Failure = {
  _tag: 'InvalidRequest',
  errors: [{ pointer: '', detail: `an import has ${String(MOST_LINES)} lines at most: send the rest in another` }],
};
