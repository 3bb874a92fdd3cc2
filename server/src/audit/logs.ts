/** Who asked what is kept apart from what changed. */
export const logNames = ['queries', 'changes'] as const;

export type LogName = (typeof logNames)[number];
