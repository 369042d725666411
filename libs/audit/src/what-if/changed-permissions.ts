import { type Permission, permissions, type PermissionTable, type Standing } from '#libs/authorization';

/** What a line of the permission table would say otherwise; what is left out stays. */
export interface PermissionChange {
  readonly standings?: ReadonlyArray<Standing> | undefined;
  readonly key?: boolean | undefined;
  readonly peaceful?: boolean | undefined;
}

/** Section 5's table with these lines changed. It gets no new line: an action that it has not is not of the rules. */
export const changedPermissions = (changes: ReadonlyMap<string, PermissionChange>): PermissionTable =>
  new Map([...permissions].map(([action, line]) => [action, changed(line, changes.get(action))]));

const changed = (line: Permission, change: PermissionChange | undefined): Permission => ({
  ...line,
  standings: change?.standings === undefined ? line.standings : new Set(change.standings),
  key: change?.key ?? line.key,
  peaceful: change?.peaceful ?? line.peaceful,
});
