/** Why nothing was restored, or not all of it. */
export type RestoreFailure =
  /** It is no archive, or not as it was written: a byte changed, a line lost, moved or put in. `line` from 1. */
  | { readonly _tag: 'ArchiveDamaged'; readonly line: number; readonly why: string }
  | { readonly _tag: 'ArchiveTooNew'; readonly version: number }
  | { readonly _tag: 'OtherMasterKey' }
  /** What it should go into holds something already. */
  | { readonly _tag: 'TargetInUse'; readonly why: string }
  /** A store did not do its part. What was done so far stays, and the same archive goes on from there. */
  | { readonly _tag: 'RestoreInterrupted'; readonly why: string }
  /** The file did not let itself be read. */
  | { readonly _tag: 'ArchiveUnreadable'; readonly why: string }
  /** Whoever had begun it stopped it. `begun`: something was brought in already; that stays, and the same archive goes on from there. */
  | { readonly _tag: 'RestoreStopped'; readonly begun: boolean };

/** How reading an archive ends that cannot be believed: an iteration cannot answer, it can only throw. */
export class RestoreFailed extends Error {
  override readonly name = 'RestoreFailed';

  constructor(readonly failure: RestoreFailure) {
    super(inWords(failure));
  }
}

/** For whoever runs the restore: what is wrong, and what to do. */
export const inWords = (failure: RestoreFailure): string => {
  switch (failure._tag) {
    case 'ArchiveDamaged':
      return `this is no whole backup: line ${failure.line}: ${failure.why}. Take another copy of it, or an older one`;
    case 'ArchiveTooNew':
      return `a newer release wrote this backup (format ${failure.version}): restore it with that one`;
    case 'OtherMasterKey':
      return 'this backup was made with another master key: give that one, as master.key in the data directory or in WRIT_MASTER_KEY';
    case 'TargetInUse':
      return failure.why;
    case 'RestoreInterrupted':
      return `${failure.why}. See to that, then run it again with the same backup: it goes on where it ended`;
    case 'ArchiveUnreadable':
      return `the backup cannot be read: ${failure.why}`;
    case 'RestoreStopped':
      return failure.begun
        ? 'stopped before its end. Run it again with the same backup: it goes on where it ended; until then no server starts here'
        : 'stopped while the backup was still being checked: nothing was touched';
  }
};
