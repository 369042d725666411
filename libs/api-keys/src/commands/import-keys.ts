import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LiveState, readFacts, readKey } from '#libs/authorization';
import { type CommandContext, StreamFolds } from '#libs/event-store';
import { E, notFound, pipe, TE } from '#libs/kernel';
import { ReadSide } from '#libs/read-models';
import type { ApiKeyCommand } from '../domain/api-key.js';
import { apiKey } from '../domain/api-key.decider.js';
import { legacyKey, type LegacyKeyCommand } from '../domain/legacy-key.decider.js';
import { ImportedDigests } from '../imports/imported-digests.js';
import type { Rehearsal } from '../imports/rehearsal.js';
import { Turns } from '../imports/turns.js';
import type { ForeignKey, ForeignLegacyKey, ForeignProjectKey, Imported, ImportFailure } from './foreign-key.js';
import { importedKeyId, importedLegacyKeyId } from './imported-key-id.js';
import { storedNames } from './peppers.js';
import { doneOrRehearsed, type Step } from './rehearsed.js';

/** The operator's. The same again is no new event; with a rehearsal nothing is written, and the answer is what it would be. */
export class ImportKey extends Command<E.Either<ImportFailure, Imported>> {
  constructor(
    readonly context: CommandContext,
    readonly key: ForeignKey,
    readonly rehearsal: Rehearsal | null,
  ) {
    super();
  }
}

/** How long a node waits to see what it has written itself, in ms. */
const PATIENCE = 5_000;

/** Of its secret nobody here has seen even the end. */
const hint = '…';

type Check = TE.TaskEither<ImportFailure, unknown>;

@CommandHandler(ImportKey)
export class ImportKeyHandler implements ICommandHandler<ImportKey> {
  private readonly turns = new Turns();

  constructor(
    private readonly streams: StreamFolds,
    private readonly live: LiveState,
    private readonly readSide: ReadSide,
    private readonly digests: ImportedDigests,
  ) {}

  execute({ context, key, rehearsal }: ImportKey): Promise<E.Either<ImportFailure, Imported>> {
    const digest = this.digests.of(key, key.digest);
    const id = 'legacyOf' in key ? importedLegacyKeyId(digest) : importedKeyId(digest);
    const step = { streams: this.streams, context, rehearsal, id, digest };
    return this.turns.take('legacyOf' in key ? [digest, key.legacyOf] : [digest], async () => {
      const done = await ('legacyOf' in key ? this.legacy(step, key) : this.project(step, key))();
      // Whoever presents it next is known here; and so is it to the next line of the same secret.
      if (E.isRight(done)) await this.readSide.reached(done.right.position, PATIENCE);
      return done;
    });
  }

  private project(step: Step, key: ForeignProjectKey): TE.TaskEither<ImportFailure, Imported> {
    const { id, digest, context } = step;
    const { projectId, name, expiresAt, algorithm, pepper, externalId } = key;
    return doneOrRehearsed(step, apiKey, {
      stream: id,
      place: projectId,
      ready: pipe(
        readFacts(this.streams, { accountIds: [], projectId }),
        TE.mapLeft((failure): ImportFailure => failure),
        TE.flatMap(({ facts, basis }) => {
          const project = facts.project(projectId);
          if (project === undefined) return TE.left<ImportFailure>(notFound('project'));
          const { organizationId } = project;
          const made = { organizationId, projectId, name, digest, hint, expiresAt, algorithm, pepper, externalId };
          const archived = project.archived !== null;
          const command: ApiKeyCommand = { type: 'ImportKey', ...made, archived, now: context.at };
          return TE.right({ command, basis });
        }),
        TE.chainFirst(() => this.mayBe(step, key)),
      ),
    });
  }

  private legacy(step: Step, key: ForeignLegacyKey): TE.TaskEither<ImportFailure, Imported> {
    const { id, digest } = step;
    const { legacyOf: organizationId, name, algorithm, pepper, externalId } = key;
    return doneOrRehearsed(step, legacyKey, {
      stream: organizationId,
      place: organizationId,
      ready: pipe(
        readFacts(this.streams, { accountIds: [], organizationId }),
        TE.mapLeft((failure): ImportFailure => failure),
        TE.flatMap(({ facts, basis }) => {
          const organization = facts.organization(organizationId);
          if (organization === undefined) return TE.left<ImportFailure>(notFound('organization'));
          const place = { keyId: id, organizationId, projectId: organization.defaultProjectId };
          const made = { ...place, digest, name, hint, algorithm, pepper, externalId };
          const command: LegacyKeyCommand = { type: 'ImportLegacyKey', ...made };
          return TE.right({ command, basis });
        }),
        TE.chainFirst(() => this.mayBe(step, key)),
      ),
    });
  }

  private mayBe(step: Step, key: ForeignKey): Check {
    return pipe(
      this.hasPepper(key),
      TE.flatMap(() => this.isFree(step, key)),
    );
  }

  private hasPepper({ pepper }: ForeignKey): Check {
    if (pepper === null) return TE.right(undefined);
    return pipe(
      storedNames(this.streams),
      TE.mapLeft((failure): ImportFailure => failure),
      TE.filterOrElse(
        (names) => names.has(pepper),
        (): ImportFailure => notFound('pepper'),
      ),
    );
  }

  /**
   * A secret is one key's. Which others there are is told by this node's state: another node may have made one a moment ago, and then
   * whichever is first in the log has the secret for good (`LiveState`). Of two project keys their stream tells.
   */
  private isFree({ digest }: Step, key: ForeignKey): Check {
    const exists: ImportFailure = { _tag: 'KeyExists' };
    // One of our own, which is found by its SHA-256.
    const isOwn = key.algorithm === 'sha256' && this.live.keyByDigest(key.digest.toString('hex')) !== undefined;
    const found = this.live.keyByDigest(digest);
    if (!('legacyOf' in key)) return isOwn || found?.legacy === true ? TE.left(exists) : TE.right(undefined);
    const isElsewhere = found !== undefined && (!found.legacy || found.organizationId !== key.legacyOf);
    if (isOwn || isElsewhere) return TE.left(exists);
    return pipe(
      readKey(this.streams, importedKeyId(digest)),
      TE.mapLeft((failure): ImportFailure => failure),
      TE.filterOrElse(
        (project) => project === undefined,
        (): ImportFailure => exists,
      ),
    );
  }
}
