import type { Principal, Role } from './principal.js';

/** Whether a principal has a role; an administrator may do what every role may, over the routes. */
export function mayActAs({ roles }: Pick<Principal, 'roles'>, role: Role): boolean {
  return roles.includes(role) || roles.includes('admin');
}
