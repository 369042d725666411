import type { RestoreFailure } from '#libs/backups';
import { badFile, Stopped } from '../failure.js';
import { unreachable } from '../wire/transport.js';

/** Why a restore did not come to its end, with the exit code that the like of it has elsewhere. */
export const stoppedBy = ({ _tag }: RestoreFailure, detail: string): Stopped => {
  switch (_tag) {
    case 'ArchiveUnreadable':
      return badFile(detail);
    case 'RestoreInterrupted':
      return unreachable(detail);
    case 'RestoreStopped':
      return new Stopped({ _tag: 'Interrupted', detail });
    case 'ArchiveDamaged':
    case 'ArchiveTooNew':
    case 'OtherMasterKey':
    case 'TargetInUse':
      return new Stopped({ _tag: 'CannotRestore', detail });
  }
};
