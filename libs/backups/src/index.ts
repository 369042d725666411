export { archiveFile } from './archive-file.js';
export { Backups } from './backups.js';
export { checkedArchive } from './checked-archive.js';
export { inWords, type RestoreFailure } from './restore-failure.js';
export { unfinishedRestore } from './restore-mark.js';
export { restored, type Restored } from './restored.js';
